"""One value against those it is fairly compared with: a payment against its item, a hub against others of its kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from features.portrait.facts import NONE, Facts, Float, Int64, distinct
from features.portrait.strands import Key

YEAR_US: Final = 365 * 86_400_000_000
LEAST_PEERS: Final = 5
"""With fewer a rank says nothing."""

BINS: Final = 20
WIDEST: Final = (0.5, 99.5)
"""Percentiles a histogram reaches to: what lies beyond stands in its end bins, so that one slip flattens nothing."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A value and its peers. `measure` and `group` are words the portraits know; money in fen.

    `edges` (bins + 1) and `counts` (bins): peers by value; those beyond the ends are counted in the end bins.
    """

    measure: str
    group: str
    value: float
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    median: float
    rank: float
    peers: int


def compared(measure: str, group: str, value: float, others: Float) -> Compared | None:
    """A value against others (n,); None where there are too few, all NaN left out.

    >>> found = compared("amount", "village", 9.0, np.arange(10.0))
    >>> found.peers, found.rank, found.median, sum(found.counts)
    (10, 1.0, 4.5, 10)
    """
    others = others[~np.isnan(others)]
    if value != value or len(others) < LEAST_PEERS:
        return None
    low, high = np.percentile(others, WIDEST)
    low, high = min(float(low), value), max(float(high), value)
    whole = float(np.round(others).max(initial=0)) if len(others) else 0.0
    if high == low:
        low, high = low - 0.5, high + 0.5
    few = bool((others == np.round(others)).all()) and value == round(value) and whole - low < BINS
    # Small whole numbers have a bin each.
    edges = np.arange(np.floor(low) - 0.5, np.ceil(high) + 1.0) if few else np.linspace(low, high, BINS + 1)
    counts, _ = np.histogram(np.clip(others, edges[0], edges[-1]), edges)
    return Compared(
        measure=measure,
        group=group,
        value=value,
        edges=tuple(edges.tolist()),
        counts=tuple(counts.tolist()),
        median=float(np.median(others)),
        rank=float((others <= value).mean()),
        peers=len(others),
    )


def of_payment(facts: Facts, row: int) -> Iterator[list[Compared] | None]:
    """A payment (row of `disbursements`) against its item in its village and everywhere, over the year before it was
    handed in and since; the last value is what was found, None stands for a step."""
    payments = facts.ledger.tables["disbursements"]
    code = {name: int(payments.column(name)[row]) for name in ("program_id", "division_code")}
    begin = int(payments.known_at[row]) - YEAR_US
    yield None
    same = facts.rows("disbursements", "program_id", [code["program_id"]])
    same = same[(payments.known_at[same] > begin) & (same != row)]
    yield None
    village = same[payments.column("division_code")[same] == code["division_code"]]
    yield None
    found: list[Compared] = []
    for column, measure in (("amount", "amount"), ("quantity", "quantity")):
        if not payments.has(column):
            continue
        value = float(payments.column(column)[row])
        for group, rows in (("village_item", village), ("county_item", same)):
            one = compared(measure, group, value, facts.numbers("disbursements", column, rows))
            if one is not None and (one.median != one.value or len(set(one.edges)) > 2):
                found.append(one)
        yield None
    yield found


def of_hub(facts: Facts, hub: Key, rows: Int64) -> Iterator[list[Compared] | None]:
    """A hub against others of its kind over the last year; `rows`: the payments of the case. As `of_payment`."""
    kind, code = hub
    yield None
    found: list[Compared | None] = []
    if kind == "card":
        near = _year(facts, "disbursements", _in_villages(facts, rows))
        found.append(_spread(facts, near, "card_id", "person_id", code, "payees_a_card", "villages"))
    elif kind == "household":
        near = _year(facts, "disbursements", _in_villages(facts, rows))
        found.append(_money(facts, near, "household_id", code, "amount_a_household", "villages"))
    elif kind == "phone":
        standing = facts.standing("cards", np.arange(_known(facts, "cards"), dtype=np.int64))
        found.append(_counted("cards_a_phone", "county", facts.codes("cards", "phone", standing), code))
    elif kind == "device":
        events = np.arange(_known(facts, "card_events"), dtype=np.int64)
        bound = facts.standing("card_events", events)
        bound = bound[facts.codes("card_events", "kind", bound) == facts.kind("card_events", "kind", "device_bound")]
        pairs = _pairs(facts.codes("card_events", "value", bound), facts.codes("card_events", "card_id", bound))
        found.append(_counted("cards_a_device", "county", pairs[0], code))
    elif kind == "outlet":
        drawn = _slice(facts, "card_transactions")
        outlet = facts.codes("card_transactions", "outlet_id", drawn)
        pairs = _pairs(outlet, facts.codes("card_transactions", "card_id", drawn))
        yield None
        found.append(_counted("cards_an_outlet", "county", pairs[0], code))
    elif kind == "official":
        post = _same_post(facts, code)
        for table, column, measure in (
            ("approvals", "official_id", "decided_an_official"),
            ("disbursements", "prepared_by", "prepared_an_official"),
        ):
            near = _slice(facts, table)
            yield None
            found.append(_counted(measure, "same_post", facts.codes(table, column, near), code, post))
            yield None
    yield [one for one in found if one is not None]


def _known(facts: Facts, name: str) -> int:
    """How many rows of a table were known at the moment; they stand first."""
    table = facts.table(name)
    return 0 if table is None else int(np.searchsorted(table.known_at, facts.at, side="right"))


def _slice(facts: Facts, name: str) -> Int64:
    """Rows of a table that became known within the last year and stood at the moment."""
    table = facts.table(name)
    if table is None:
        return NONE
    first = int(np.searchsorted(table.known_at, facts.at - YEAR_US, side="right"))
    return facts.standing(name, np.arange(first, _known(facts, name), dtype=np.int64))


def _in_villages(facts: Facts, rows: Int64) -> Int64:
    """Payments in the villages of some payments."""
    return facts.rows("disbursements", "division_code", facts.codes("disbursements", "division_code", rows))


def _year(facts: Facts, name: str, rows: Int64) -> Int64:
    return rows[facts.known(name, rows) > facts.at - YEAR_US]


def _pairs(one: Int64, other: Int64) -> tuple[Int64, Int64]:
    """Different pairs of codes, without those that have a null."""
    there = (one >= 0) & (other >= 0)
    if not there.any():
        return NONE, NONE
    width = int(other.max()) + 1
    both = np.unique(one[there] * width + other[there])
    return both // width, both % width


def _spread(facts: Facts, rows: Int64, of: str, by: str, code: int, measure: str, group: str) -> Compared | None:
    """How many different `by` each `of` of some payments has."""
    pairs = _pairs(facts.codes("disbursements", of, rows), facts.codes("disbursements", by, rows))
    return _counted(measure, group, pairs[0], code)


def _money(facts: Facts, rows: Int64, of: str, code: int, measure: str, group: str) -> Compared | None:
    """How much each `of` of some payments was paid, in fen."""
    codes = facts.codes("disbursements", of, rows)
    known = codes >= 0
    names, place = np.unique(codes[known], return_inverse=True)
    sums = np.bincount(place, np.nan_to_num(facts.numbers("disbursements", "amount", rows[known])))
    own = names == code
    return compared(measure, group, float(sums[own][0]), sums[~own]) if own.any() else None


def _counted(measure: str, group: str, codes: Int64, code: int, among: Int64 | None = None) -> Compared | None:
    """How often a code stands against how often others do; `among` says which others, those that never do too."""
    every = np.bincount(codes[codes >= 0])
    names = np.flatnonzero(every)
    counts = every[names]
    own = counts[names == code]
    value = float(own[0]) if len(own) else 0.0
    if among is None:
        return compared(measure, group, value, counts[names != code].astype(np.float64)) if len(own) else None
    beside = dict(zip(names.tolist(), counts.tolist(), strict=True))
    others = np.array([beside.get(one, 0) for one in among.tolist() if one != code], np.float64)
    return compared(measure, group, value, others)


def _same_post(facts: Facts, official: int) -> Int64:
    """Officials whose newest post is of the same kind and who are still in it."""
    known = np.arange(_known(facts, "officials"), dtype=np.int64)
    standing = facts.standing("officials", known)
    post = facts.codes("officials", "post", standing)
    codes = facts.codes("officials", "official_id", standing)
    own = post[codes == official]
    if not len(own):
        return NONE
    ended = facts.numbers("officials", "to_date", standing) < facts.day - 365
    return distinct(codes[(post == own[-1]) & ~ended])
