"""The list of every household's cards with what should become of each, as known at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.asof import Ledger
from features.card._holder import KINDS
from features.matching.cards.decide import OPENERS, Rules, decide_outside, decide_own, related
from features.matching.cards.payments import Paid, paid_at
from features.matching.cards.people import People, people_at
from features.matching.cards.places import Places
from features.matching.cards.reasons import FATES, PLACE, REASONS
from features.matching.cards.standing import Cards, cards_at

Codes = NDArray[np.int64]
Float = NDArray[np.float64]
CENT = Decimal("0.01")
SCHEMA = pa.schema(
    [
        ("household_id", pa.string()), ("card_id", pa.string()), ("fate", pa.string()), ("whose", pa.string()),
        ("division_code", pa.string()), ("holder_person_id", pa.string()), ("relation", pa.string()),
        ("kind", pa.string()), ("bank_code", pa.string()), ("opened_on", pa.date32()), ("activated_on", pa.date32()),
        ("closed_on", pa.date32()), ("opened_by_person_id", pa.string()), ("opened_by", pa.string()),
        ("opened_with", pa.int64()), ("held_by_person_id", pa.string()), ("payments", pa.int64()),
        ("amount", pa.decimal128(18, 2)), ("last_paid_on", pa.date32()), ("reasons", pa.string()),
        ("reason_zh", pa.string()), ("reason_en", pa.string()),
    ]
)  # fmt: skip
"""One row a household and card. `whose` is `own` (the holder belongs to the household) or `outside` (its money goes
there). `payments` and `amount` (yuan) are those of this household to this card in the days looked back. `relation` is
the holder's to the head of the holder's own household for `own`, to the payee for `outside`. `reasons` are codes
joined by `|`, the one that decides first."""


@dataclass(frozen=True, slots=True)
class CleanUp:
    """The list (`SCHEMA`) and what it was made from; `fate` counts `FATES`, aligned with the list's rows.

    `household`, `place` (division merged as of the moment) and `entry` (place in `paid`, -1 where nothing was paid) are
    aligned with the list too.
    """

    at_us: int

    table: pa.Table
    fate: Codes
    household: Codes
    place: Codes
    entry: Codes
    cards: Cards
    people: People
    paid: Paid
    places: Places


def clean_up(ledger: Ledger, at_us: int, rules: Rules | None = None) -> CleanUp:
    """Every open card of every household, and every card a household's money went to, as known at the moment.

    Rows are sorted by household and card. An open card stands exactly once as `own`.
    """
    rules = rules or Rules()
    people, cards, places = people_at(ledger, at_us), cards_at(ledger, at_us), Places(ledger, at_us)
    paid = paid_at(ledger, people, at_us, rules.window_days)
    own = decide_own(ledger, cards, people, paid, at_us, rules)
    entry, outside = decide_outside(ledger, cards, people, paid, at_us)

    shown = np.flatnonzero(cards.open | own.reasons[:, PLACE["paid_after_closing"]])
    by_card = np.full(len(ledger.vocabulary("card")) + 1, -1, dtype=np.int64)
    by_card[cards.card] = np.arange(len(cards.card))
    card = np.concatenate([shown, by_card[paid.card[entry]]])
    code = np.concatenate([cards.card[shown], paid.card[entry]])
    household = np.concatenate([own.household[shown], paid.household[entry]])
    reasons = np.concatenate([own.reasons[shown], outside])
    is_own = np.arange(len(card)) < len(shown)
    entry_of = _entry_of(paid, household, code)
    # A closed card is told where money still came for it, not where its holder lives.
    kept = ~is_own | np.append(cards.open, False)[card] | (entry_of >= 0)
    card, code, household, reasons = card[kept], code[kept], household[kept], reasons[kept]
    is_own, entry_of = is_own[kept], entry_of[kept]
    home = divisions_of_households(ledger, people, at_us)
    holder = np.append(cards.holder, -1)[card]
    division = places.became[np.where(household >= 0, home[household], people.division[holder])]

    order = np.lexsort([_ranks(ledger, "card")[code], _ranks(ledger, "household")[household]])
    card, code, household, division = card[order], code[order], household[order], division[order]
    reasons, is_own, entry_of, holder = reasons[order], is_own[order], entry_of[order], holder[order]
    fate = _fate(reasons)
    payee = np.append(paid.payee, -1)[entry_of]
    words = _words(reasons)
    persons, divisions, households = (ledger.vocabulary(name) for name in ("person", "division", "household"))
    relations = ledger.tables["persons"].schema.column("relation_to_head").values
    named = np.array([*relations, ""], dtype=object)[people.relation[holder]]
    to_payee = np.array(OPENERS, dtype=object)[related(ledger, people, at_us, payee, holder)]
    columns = [
        households.decode(household), ledger.vocabulary("card").decode(code), np.array(FATES, dtype=object)[fate],
        np.where(is_own, "own", "outside"),
        divisions.decode(division), persons.decode(holder), np.where(is_own, named, to_payee),
        np.array([*KINDS, ""], dtype=object)[np.append(cards.kind, -1)[card]],
        _bank(ledger, np.append(cards.row, -1)[card]), dates(np.append(cards.opened, np.nan)[card]),
        dates(np.append(cards.activated, np.nan)[card]), dates(np.append(cards.closed, np.nan)[card]),
        persons.decode(np.append(cards.opener, -1)[card]),
        np.array(OPENERS, dtype=object)[np.append(own.opener, 0)[card]],
        np.append(cards.opened_with, 0)[card], persons.decode(np.append(cards.custodian, -1)[card]),
        np.append(paid.count, 0)[entry_of], yuan(np.append(paid.fen, 0)[entry_of]),
        dates(np.append(paid.last, np.nan)[entry_of]), *words,
    ]  # fmt: skip
    table = pa.table(
        [pa.array(values, field.type) for values, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA
    )
    return CleanUp(at_us, table, fate, household, division, entry_of, cards, people, paid, places)


def _ranks(ledger: Ledger, entity: str) -> Codes:
    """Place of each code in the order of texts, with one more entry for code -1, which comes first."""
    values = ledger.vocabulary(entity).values
    ranks = np.empty(len(values) + 1, dtype=np.int64)
    ranks[pc.sort_indices(values).to_numpy()] = np.arange(len(values))
    ranks[-1] = -1
    return ranks


def _fate(reasons: NDArray[np.bool_]) -> Codes:
    """The fate of the first reason that holds and has one; `check` where none does."""
    fates = np.array([FATES.index(r.fate) if r.fate else -1 for r in REASONS])
    deciding = reasons & (fates >= 0)
    return np.where(deciding.any(axis=1), fates[deciding.argmax(axis=1)], FATES.index("check")).astype(np.int64)


def _words(reasons: NDArray[np.bool_]) -> tuple[list[str], list[str], list[str]]:
    """Codes, Chinese and English of the reasons of each row; equal rows are worded once."""
    packed = reasons @ (np.int64(1) << np.arange(len(REASONS), dtype=np.int64))
    _, first, place = np.unique(packed, return_index=True, return_inverse=True)
    kinds = reasons[first]
    told = []
    for kind in kinds:
        held = [REASONS[k] for k in np.flatnonzero(kind)]
        told.append(("|".join(r.code for r in held), "；".join(r.zh for r in held), "; ".join(r.en for r in held)))
    chosen = [told[k] for k in place.tolist()]
    return [c for c, _, _ in chosen], [zh for _, zh, _ in chosen], [en for _, _, en in chosen]


def _entry_of(paid: Paid, household: Codes, card: Codes) -> Codes:
    """The entry of `paid` of each household and card, -1 where nothing was paid; shape (n,)."""
    if len(paid.card) == 0:
        return np.full(len(card), -1, dtype=np.int64)
    width = np.int64(max(int(paid.card.max()), int(card.max(initial=0))) + 2)
    # Both are sorted by household and card: -1 (unknown) comes first in either.
    known, asked = (paid.household + 1) * width + paid.card + 1, (household + 1) * width + card + 1
    at = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    return np.where(known[at] == asked, at, -1)


def divisions_of_households(ledger: Ledger, people: People, at_us: int) -> Codes:
    """Division by household code (one more entry for -1): that of the household, else of its head, else a member's."""
    size = len(ledger.vocabulary("household"))
    out = np.full(size + 1, -1, dtype=np.int64)
    member = np.flatnonzero((people.household >= 0) & (people.division >= 0))
    out[people.household[member]] = people.division[member]
    head = ledger.tables["persons"].schema.column("relation_to_head").values.index("head")
    heads = member[people.relation[member] == head]
    out[people.household[heads]] = people.division[heads]
    table = ledger.tables.get("households")
    if table is not None and table.rows:
        row = np.flatnonzero((table.known_at <= at_us) & (table.superseded_at > at_us))
        place = table.column("division_code").astype(np.int64)[row]
        out[table.column("household_id").astype(np.int64)[row[place >= 0]]] = place[place >= 0]
    out[-1] = -1
    return out


def _bank(ledger: Ledger, row: Codes) -> list[str | None]:
    table = ledger.tables["cards"]
    return ledger.vocabulary("bank").decode(np.append(table.column("bank_code").astype(np.int64), -1)[row])


def dates(days: Float) -> pa.Array:
    """Local days since 1970 as dates, null where NaN."""
    known = ~np.isnan(days)
    return pa.array(np.where(known, days, 0).astype(np.int32), pa.int32(), mask=~known).cast(pa.date32())


def yuan(fen: Codes) -> pa.Array:
    """Whole fen as yuan with two decimals, exact."""
    return pc.multiply(pa.array(fen, pa.int64()).cast(pa.decimal128(19, 0)), pa.scalar(CENT)).cast(pa.decimal128(18, 2))
