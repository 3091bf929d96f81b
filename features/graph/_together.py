"""Withdrawals made one after another at one outlet, by the holders of different cards: ties by days together.

Built once for a ledger. A pair of holders is tied on a day when both drew cash at the same outlet within ten minutes,
at most eight withdrawals apart. Only pairs tied on two days or more are kept, with the moment of every such day, so
that a query counts the days it could know by binary search.

A query sees the days around its payment: a year before it and, once they are known, 60 after it. A habit that ended
long before, or began long after, says nothing of this payment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.asof import Ledger, LedgerTable, Pairs, View
from features.asof import _kernels as kernels
from features.asof.group_index import GroupIndex
from features.asof.ledger import MICROSECONDS_A_DAY, NEVER
from features.asof.view import index_memo
from features.card import _people
from features.graph._owners import cash_holder, holder_of_row

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

MINUTES_APART = 10
PLACES_APART = 8
DAYS_KEPT = 2
DAYS_BEFORE = 365
DAYS_AFTER = 60
LEAST_PART = 0.4
"""Common days relative to the withdrawals of the one who draws less: below, it is chance at a busy outlet."""


@dataclass(frozen=True)
class Ties:
    """Directed ties (person, partner) and the first common withdrawal of each common day, oldest first.

    Tie k has days `offsets[k]:offsets[k + 1]`; `known`, `own_row` and `other_row` are by day.
    """

    person: Int64
    partner: Int64
    offsets: Int64
    known: Int64
    own_row: Int64
    other_row: Int64
    by_person: GroupIndex


@dataclass(frozen=True)
class Partners:
    """(query, tie) pairs with the number of common days around the payment, and where they end in `Ties`; (pairs,)."""

    query: Int64
    tie: Int64
    partner: Int64
    days: Float
    end: Int64

    def where(self, kept: Bool) -> Partners:
        """Only the pairs where `kept` is true."""
        return Partners(self.query[kept], self.tie[kept], self.partner[kept], self.days[kept], self.end[kept])


@njit(cache=True, nogil=True)
def _neighbours(
    offsets: Int64,
    rows: NDArray[np.int32],
    known: Int64,
    holder: NDArray[np.int32],
    cash: Bool,
    window: int,
    places: int,
) -> tuple[Int64, Int64]:
    first = [np.int64(0) for _ in range(0)]
    second = [np.int64(0) for _ in range(0)]
    recent = np.empty(places, np.int64)
    for k in range(offsets.shape[0] - 1):
        held = 0
        for j in range(offsets[k], offsets[k + 1]):
            row = np.int64(rows[j])
            if not cash[row] or holder[row] < 0:
                continue
            for m in range(min(held, places)):
                other = recent[(held - 1 - m) % places]
                if known[row] - known[other] > window:
                    break
                if holder[other] != holder[row]:
                    first.append(other)
                    second.append(row)
            recent[held % places] = row
            held += 1
    return np.array(first, dtype=np.int64), np.array(second, dtype=np.int64)


def holders(ledger: Ledger) -> NDArray[np.int32]:
    """Holder of the card of every transaction."""
    return np.asarray(ledger.tables["card_transactions"].derived("holder", holder_of_row), dtype=np.int32)


def _build(table: LedgerTable) -> Ties:
    holder = holders(table.ledger)
    cash = np.asarray(table.column("kind")) == table.schema.column("kind").values.index("cash_withdrawal")
    index = table.index(("outlet_id",))
    window = MINUTES_APART * 60_000_000
    one, two = _neighbours(*index.packed(), table.known_at, holder, cash, window, PLACES_APART)
    own, other = np.concatenate([one, two]), np.concatenate([two, one])
    known = np.concatenate([table.known_at[two], table.known_at[two]])
    person, partner = holder[own].astype(np.int64), holder[other].astype(np.int64)
    order = np.lexsort((table.rank_of(other), table.rank_of(own), known, partner, person))
    own, other, known, person, partner = own[order], other[order], known[order], person[order], partner[order]
    day = (known + table.ledger.utc_offset) // 86_400_000_000
    new_tie = np.ones(len(own), dtype=bool)
    new_tie[1:] = (person[1:] != person[:-1]) | (partner[1:] != partner[:-1])
    new_day = new_tie.copy()
    new_day[1:] |= day[1:] != day[:-1]
    tie = np.cumsum(new_tie) - 1
    kept = new_day & (np.bincount(tie[new_day], minlength=tie[-1] + 1 if len(tie) else 0)[tie] >= DAYS_KEPT)
    own, other, known, person, partner, tie = (
        own[kept],
        other[kept],
        known[kept],
        person[kept],
        partner[kept],
        tie[kept],
    )
    starts = np.flatnonzero(np.diff(tie, prepend=-1)) if len(tie) else np.empty(0, dtype=np.int64)
    return Ties(
        person=person[starts],
        partner=partner[starts],
        offsets=np.append(starts, len(tie)).astype(np.int64),
        known=known,
        own_row=own,
        other_row=other,
        by_person=GroupIndex([person[starts]]),
    )


def ties(ledger: Ledger) -> Ties:
    """All ties of the ledger, built at first use."""
    table = ledger.tables["card_transactions"]
    return index_memo(table.index(("outlet_id",)), "withdrew_together", lambda: _build(table))


@njit(cache=True, nogil=True)
def _known_until(offsets: Int64, known: Int64, tie: Int64, at: Int64) -> Int64:
    out = np.zeros(tie.shape[0], np.int64)
    for i in range(tie.shape[0]):
        lo = offsets[tie[i]]
        hi = offsets[tie[i] + 1]
        while lo < hi:
            mid = (lo + hi) // 2
            if known[mid] <= at[i]:
                lo = mid + 1
            else:
                hi = mid
        out[i] = lo
    return out


def paid_at(view: View) -> Int64:
    """When the payment was submitted, microseconds UTC; shape (n,)."""
    if view.rows is None:
        return view.at
    submitted: Int64 = view.ledger.tables["disbursements"].known_at[view.rows]
    return submitted


def window(view: View) -> tuple[Int64, Int64]:
    """The moments (microseconds UTC) after which and until which common withdrawals count; shapes (n,)."""
    paid = paid_at(view)
    return paid - DAYS_BEFORE * MICROSECONDS_A_DAY, np.minimum(view.at, paid + DAYS_AFTER * MICROSECONDS_A_DAY)


def drawn_in_window(view: View, query: Int64, person: Int64) -> Float:
    """Cash withdrawals by `person` in the window of each query; shape (queries,)."""
    view.ledger.tables["card_transactions"].derived("cash_holder", cash_holder)
    count = [
        View(view.ledger, bound[query], None, {"cash_holder": person}).running("card_transactions", "cash_holder")
        for bound in window(view)
    ]
    return count[1] - count[0]


def all_partners(view: View) -> Partners:
    """Everybody the payee withdrew together with on two days or more around the payment, as known at the moment."""
    found = ties(view.ledger)
    groups = found.by_person.lookup([np.asarray(view.own("person_id"), dtype=np.int64)])
    if found.by_person.size:
        lo = np.where(groups >= 0, found.by_person.starts[np.maximum(groups, 0)], 0)
        hi = np.where(groups >= 0, found.by_person.ends[np.maximum(groups, 0)], 0)
    else:
        lo = hi = np.zeros(len(groups), dtype=np.int32)
    never = np.full(len(found.person), NEVER, dtype=np.int64)
    pairs = kernels.expand(lo, hi, found.by_person.rows, never, view.at)
    query, tie = np.asarray(pairs[0], dtype=np.int64), np.asarray(pairs[1], dtype=np.int64)
    after, until = window(view)
    end = _known_until(found.offsets, found.known, tie, until[query])
    days = (end - _known_until(found.offsets, found.known, tie, after[query])).astype(np.float64)
    return Partners(query, tie, found.partner[tie], days, end).where(days >= DAYS_KEPT)


def unrelated_partners(view: View) -> Partners:
    """Partners of other households who are not kin and share no helper with the payee, on record at the moment.

    Only those met on a good part of the withdrawals of the one who draws less: on a market day everybody meets
    somebody.
    """
    found = _chosen(view, unrelated=True)
    return found.where(_part(view, found) >= LEAST_PART)


def related_partners(view: View) -> Partners:
    """Partners of the own household, kin, or helped by the same authorised helper: what explains a common walk."""
    return _chosen(view, unrelated=False)


def _chosen(view: View, *, unrelated: bool) -> Partners:
    found = view.memo(all_partners)
    mask = view.memo(_is_unrelated)
    mask = mask if unrelated else ~mask
    return found.where(mask)


def _part(view: View, partners: Partners) -> Float:
    """Common days relative to the cash withdrawals of the one who draws less, by pair."""
    payee = np.asarray(view.own("person_id"), dtype=np.int64)[partners.query]
    own = drawn_in_window(view, partners.query, payee)
    other = drawn_in_window(view, partners.query, partners.partner)
    return np.asarray(partners.days / np.maximum(np.minimum(own, other), 1.0))


def _is_unrelated(view: View) -> Bool:
    found = view.memo(all_partners)
    payee = np.asarray(view.own("person_id"), dtype=np.int64)[found.query]
    pairs = _people.sub(view, found.query, {"one": payee, "other": found.partner})
    return _people.unrelated(pairs, "one", "other")


def days_of(view: View, partners: Partners) -> tuple[Int64, Int64]:
    """(query, day position in `Ties`) of every common day behind the partners."""
    count = partners.days.astype(np.int64)
    query = np.repeat(partners.query, count)
    inside = np.arange(len(query)) - np.repeat(np.cumsum(count) - count, count)
    return query, np.repeat(partners.end - count, count) + inside


def on_days(partners: Partners, least: float) -> Partners:
    """The partners met on at least so many days."""
    return partners.where(partners.days >= least)


def days_any(view: View, partners: Partners) -> Float:
    """Days on which the payee met any of the partners; shape (n,)."""
    query, day = days_of(view, partners)
    date = (ties(view.ledger).known[day] + view.ledger.utc_offset) // 86_400_000_000
    return _people.distinct_by(query, date, view.n)


def last_met(view: View, partners: Partners) -> Float:
    """Moment of the last common withdrawal with any of the partners, microseconds UTC, NaN none; shape (n,)."""
    found = ties(view.ledger)
    last = partners.end - 1
    out = np.full(view.n, np.nan)
    order = np.argsort(found.known[last], kind="stable")
    out[partners.query[order]] = found.known[last][order]
    return out


def overdue(view: View, partners: Partners) -> Float:
    """Days from the last common withdrawal to the payment over the usual days between two; least by query, NaN none."""
    found = ties(view.ledger)
    last, first = found.known[partners.end - 1], found.known[partners.end - partners.days.astype(np.int64)]
    usual = np.maximum((last - first) / (partners.days - 1.0), float(MICROSECONDS_A_DAY))
    wait = np.maximum(paid_at(view)[partners.query] - last, 0) / usual
    out = np.full(view.n, np.nan)
    order = np.argsort(-wait, kind="stable")
    out[partners.query[order]] = wait[order]
    return out


def rows_of(view: View, partners: Partners) -> Pairs:
    """The withdrawals behind the ties, own and partner's, as evidence."""
    found = ties(view.ledger)
    query, day = days_of(view, partners)
    rows = np.concatenate([found.own_row[day], found.other_row[day]])
    both = np.concatenate([query, query])
    order = np.lexsort((view.ledger.tables["card_transactions"].rank_of(rows), both))
    return Pairs(view, "card_transactions", both[order].astype(np.int32), rows[order].astype(np.int32))


def shared_by_bank(view: View) -> Bool:
    """Whether any transaction of a card of the payee is on record: else nothing can be said of card activity."""
    holders(view.ledger)
    return view.running("card_transactions", {"holder": view.own("person_id")}) > 0
