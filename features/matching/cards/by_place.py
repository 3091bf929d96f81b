"""How far the clean-up has come in every village, township, county or prefecture, counted in households."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.asof import Ledger
from features.card._holder import KINDS
from features.matching.cards.clean_up import CleanUp, dates, divisions_of_households, yuan
from features.matching.cards.payments import Paid
from features.matching.cards.places import LEVELS
from features.matching.cards.reasons import FATES

Codes = NDArray[np.int64]
Bool = NDArray[np.bool_]
MOST = 5
"""Households with so many open cards and more are counted together."""
MIGRATED = (0.05, 0.95)
"""Between these shares of the people who left a passbook for a social-security card lies a place's migration."""
_COUNTS = (
    "households", *(f"households_{k}_cards" for k in range(MOST)), f"households_{MOST}_or_more_cards",
    "households_issued", "households_activated", "households_settled", "cards", "cards_keep", "cards_stay",
    "cards_close", "cards_wait", "cards_check", "cards_opened_by_proxy", "payments", "payments_other",
    "payments_closed_since",
)  # fmt: skip
SCHEMA = pa.schema(
    [
        ("level", pa.string()), ("division_code", pa.string()), ("name", pa.string()),
        *((name, pa.int64()) for name in _COUNTS),
        ("amount", pa.decimal128(18, 2)), ("amount_other", pa.decimal128(18, 2)),
        ("share_payments_other", pa.float64()), ("share_amount_other", pa.float64()),
        ("migrated_from", pa.date32()), ("migrated_to", pa.date32()),
    ]
)  # fmt: skip
"""One row a division, sorted by code; '' stands for what cannot be placed.

`households` have a living member on the register. `households_issued` have an open social-security card,
`households_activated` one that is activated, `households_settled` their one card and nothing to close, to wait for or
to check. `payments` are those of the days looked back; `payments_other` went to a card that is neither kept nor another
lawful one, `payments_closed_since` to a card that has been closed since. `migrated_from` and `migrated_to` are the days
between which nine in ten of those who had a passbook got their social-security card: found in the data, empty where
nobody did.
"""


def by_place(ledger: Ledger, found: CleanUp, level: str) -> pa.Table:
    """The state of every division of a level (`LEVELS`); table of `SCHEMA`.

    Every household, card and payment is counted in exactly one division. Raises ValueError for another level.
    """
    if level not in LEVELS:
        raise ValueError(f"level: found {level!r}, expected one of {', '.join(LEVELS)}")
    size = len(ledger.vocabulary("division"))
    own = np.array(found.table.column("whose").to_pylist(), dtype=object) == "own"
    is_open = np.asarray(found.table.column("closed_on").is_null())
    home = divisions_of_households(ledger, found.people, found.at_us)

    def placed(division: Codes) -> Codes:
        return np.where((at := found.places.of_level(division, level)) < 0, size, at)

    def count(places: Codes, weights: Codes | None = None) -> Codes:
        return _totals(placed(places), weights, size + 1)

    living = np.zeros(len(home), dtype=bool)
    living[found.people.household[found.people.known & ~found.people.dead]] = True
    living[-1] = False
    households = np.flatnonzero(living)
    state = _Households(found, own, is_open, len(home))
    held = np.minimum(state.cards, MOST)
    counts: dict[str, Codes] = {"households": count(home[households])}
    for k in range(MOST + 1):
        name = f"households_{k}_cards" if k < MOST else f"households_{MOST}_or_more_cards"
        counts[name] = count(home[households[held[households] == k]])
    for name, mask in (("issued", state.issued), ("activated", state.activated), ("settled", state.settled)):
        counts[f"households_{name}"] = count(home[households[mask[households]]])
    cards = own & is_open
    counts["cards"] = count(found.place[cards])
    for name, fate in zip(("keep", "stay", "close", "wait", "check"), FATES, strict=True):
        counts[f"cards_{name}"] = count(found.place[cards & (found.fate == FATES.index(fate))])
    proxy = np.array([f"|{r}|".find("|opened_by_proxy|") >= 0 for r in found.table.column("reasons").to_pylist()], bool)
    counts["cards_opened_by_proxy"] = count(found.place[cards & proxy])
    paid = found.paid
    where = np.where(paid.household >= 0, home[paid.household], found.people.division[paid.payee])
    other, closed = _other(found, paid)
    counts["payments"] = count(where, paid.count)
    counts["payments_other"] = count(where[other], paid.count[other])
    counts["payments_closed_since"] = count(where[closed], paid.count[closed])
    fen, fen_other = count(where, paid.fen), count(where[other], paid.fen[other])

    begun, ended = _migration(found, placed, size)
    shown = np.flatnonzero(np.any([values > 0 for values in counts.values()], axis=0))
    codes = np.where(shown == size, -1, shown)
    names = found.places.names(codes)
    written = [text or "" for text in ledger.vocabulary("division").decode(codes)]
    order = np.argsort(np.array(written, dtype=str), kind="stable")
    shown = shown[order]
    columns = [
        [level] * len(shown), [written[k] for k in order], [names[k] for k in order],
        *(counts[name][shown] for name in _COUNTS), yuan(fen[shown]), yuan(fen_other[shown]),
        _share(counts["payments_other"], counts["payments"])[shown], _share(fen_other, fen)[shown],
        dates(begun[shown]), dates(ended[shown]),
    ]  # fmt: skip
    made = [pa.array(values, field.type, from_pandas=True) for values, field in zip(columns, SCHEMA, strict=True)]
    return pa.table(made, schema=SCHEMA)


class _Households:
    """Facts by household code: open cards, whether issued, activated, settled."""

    def __init__(self, found: CleanUp, own: Bool, is_open: Bool, size: int) -> None:
        kinds = np.array(found.table.column("kind").to_pylist(), dtype=object)
        active = np.asarray(found.table.column("activated_on").is_valid())
        social = own & is_open & (kinds == KINDS[0])
        self.cards = np.bincount(found.household[own & is_open & (found.household >= 0)], minlength=size)
        self.issued = self._any(found, social, size)
        self.activated = self._any(found, social & active, size)
        keeps = self._any(found, found.fate == FATES.index("keep"), size)
        open_ends = np.isin(found.fate, [FATES.index(f) for f in ("close", "wait", "check")])
        self.settled = keeps & ~self._any(found, open_ends, size)

    @staticmethod
    def _any(found: CleanUp, mask: Bool, size: int) -> Bool:
        out = np.zeros(size, dtype=bool)
        out[found.household[mask & (found.household >= 0)]] = True
        return out


def _other(found: CleanUp, paid: Paid) -> tuple[Bool, Bool]:
    """Entries of `paid` that went to a card that is neither kept nor lawful, and to one closed since; (k,) each."""
    fate = np.full(len(paid.card), -1, dtype=np.int64)
    at = found.entry >= 0
    fate[found.entry[at]] = found.fate[at]
    waits = np.zeros(len(paid.card), dtype=bool)
    social = np.array(found.table.column("kind").to_pylist(), dtype=object) == KINDS[0]
    waits[found.entry[at]] = (social & (found.fate == FATES.index("wait")))[at]
    good = np.isin(fate, (FATES.index("keep"), FATES.index("stays"))) | waits
    return (fate >= 0) & ~good, fate < 0


def _migration(
    found: CleanUp, placed: Callable[[Codes], Codes], size: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """First and last day of the migration of each place, NaN where nobody migrated; shape (places,)."""
    cards, people = found.cards, found.people
    had = np.zeros(len(people.known), dtype=bool)
    had[cards.holder[cards.kind == KINDS.index("passbook")]] = True
    since = np.full(len(people.known), np.inf)
    social = cards.kind == KINDS.index("social_security")
    np.fmin.at(since, cards.holder[social], cards.opened[social])
    moved = np.flatnonzero(had & np.isfinite(since) & people.known)
    begun, ended = np.full(size + 1, np.nan), np.full(size + 1, np.nan)
    place = placed(people.division[moved])
    order = np.lexsort((since[moved], place))
    place, day = place[order], since[moved][order]
    codes, start, number = np.unique(place, return_index=True, return_counts=True)
    for share, out in zip(MIGRATED, (begun, ended), strict=True):
        out[codes] = day[start + np.floor(share * (number - 1)).astype(np.int64)]
    return begun, ended


def _totals(place: Codes, weights: Codes | None, size: int) -> Codes:
    """Whole numbers added up by place: exact, unlike sums of floats."""
    out = np.zeros(size, dtype=np.int64)
    np.add.at(out, place, 1 if weights is None else weights)
    return out


def _share(part: Codes, whole: Codes) -> NDArray[np.float64]:
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)
