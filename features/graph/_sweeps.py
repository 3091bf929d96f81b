"""Credits moved on to another card within three days, and the cards they gather on.

Built once for a ledger. A transfer out is a sweep when a payment was credited to the card in the three days before,
and the transfer takes at least half of one such credit and no more than all of them. A card that gathers sweeps from
several people, more often than once a year, is a hub.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.asof import Ledger, LedgerTable, Pairs, View
from features.asof import _kernels as kernels
from features.asof.group_index import GroupIndex
from features.asof.grows import by_row
from features.asof.ledger import MICROSECONDS_A_DAY, NEVER
from features.asof.view import index_memo
from features.card import _people
from features.graph._owners import answered_card, holder_of_row
from features.graph._together import holders

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

DAYS_AFTER_CREDIT = 3
LEAST_PART = 0.5
LESS_THAN_A_YEAR = 250
"""Days between two sweeps; rent for land is paid on once a year."""
MOST_MEMBERS = 200


@dataclass(frozen=True)
class Sweeps:
    """Sweeps grouped by (person, hub card), oldest first, and the people of each hub by when they swept repeatedly.

    Group k has sweeps `offsets[k]:offsets[k + 1]` of `known`, `row` and `amount` (fen). `member_*` list
    everybody who swept repeatedly, by the moment of the second sweep; `by_hub` groups them.
    """

    person: Int64
    hub: Int64
    offsets: Int64
    known: Int64
    row: Int64
    amount: Float
    by_person: GroupIndex
    member_person: Int64
    member_known: Int64
    by_hub: GroupIndex


@dataclass(frozen=True)
class Hubs:
    """(query, group) pairs: a hub the payee swept to, how often and how much, as known at the moment."""

    query: Int64
    group: Int64
    hub: Int64
    times: Float
    fen: Float


@njit(cache=True, nogil=True)
def _is_sweep(
    cards: Int64,
    known: Int64,
    amount: Float,
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    rows: NDArray[np.int32],
    credited_at: Int64,
    credit: Float,
    status: NDArray[np.int32],
    paid: int,
    window: int,
    least: float,
) -> Bool:
    out = np.zeros(cards.shape[0], np.bool_)
    for i in range(cards.shape[0]):
        k = cards[i]
        if k < 0:
            continue
        lo = starts[k]
        hi = ends[k]
        while lo < hi:
            mid = (lo + hi) // 2
            if credited_at[rows[mid]] <= known[i]:
                lo = mid + 1
            else:
                hi = mid
        j = lo - 1
        total = 0.0
        smallest = np.inf
        while j >= starts[k] and known[i] - credited_at[rows[j]] <= window:
            row = rows[j]
            if status[row] == paid and credit[row] > 0:  # Not true of a missing amount either.
                total += credit[row]
                smallest = min(smallest, credit[row])
            j -= 1
        out[i] = total > 0 and amount[i] >= least * smallest and amount[i] <= total
    return out


@by_row()
def is_sweep(table: LedgerTable) -> Float:
    """1.0 for transfers that are sweeps, else 0.0. For `derived` of `card_transactions`."""
    answers = table.ledger.tables["settlements"]
    answers.derived("card_of_payment", answered_card)
    index = answers.index(("card_of_payment",))
    out = np.asarray(table.column("kind")) == table.schema.column("kind").values.index("transfer_out")
    out &= table.codes("counterparty_card_id") >= 0
    out &= table.derived("holder", holder_of_row) >= 0
    chosen = np.flatnonzero(out)
    found = _is_sweep(
        index.lookup([np.asarray(table.column("card_id")[chosen], dtype=np.int64)]),
        table.known_at[chosen],
        np.asarray(table.column("amount")[chosen], dtype=np.float64),
        index.starts,
        index.ends,
        index.rows,
        answers.known_at,
        answers.numbers("amount"),
        answers.codes("status"),
        answers.schema.column("status").values.index("paid"),
        DAYS_AFTER_CREDIT * MICROSECONDS_A_DAY,
        LEAST_PART,
    )
    made = np.zeros(table.rows)
    made[chosen[found]] = 1.0
    return made


def _build(table: LedgerTable) -> Sweeps:
    row = np.flatnonzero(table.derived("is_sweep", is_sweep)).astype(np.int64)
    person = holders(table.ledger)[row].astype(np.int64)
    hub = np.asarray(table.column("counterparty_card_id")[row], dtype=np.int64)
    order = np.lexsort((table.rank_of(row), hub, person))
    row, person, hub = row[order], person[order], hub[order]
    new = np.ones(len(row), dtype=bool)
    new[1:] = (person[1:] != person[:-1]) | (hub[1:] != hub[:-1])
    starts = np.flatnonzero(new)
    offsets = np.append(starts, len(row)).astype(np.int64)
    known = table.known_at[row]
    # The second of two sweeps that lie closer than two yearly rents: from then on the person is of the hub's people.
    again = np.flatnonzero(~new[1:] & (np.diff(known) <= LESS_THAN_A_YEAR * MICROSECONDS_A_DAY)) + 1
    group = np.cumsum(new) - 1
    _, first = np.unique(group[again], return_index=True)
    repeated = again[first]
    member_known = known[repeated]
    by_time = np.argsort(member_known, kind="stable")
    return Sweeps(
        person=person[starts],
        hub=hub[starts],
        offsets=offsets,
        known=known,
        row=row,
        amount=np.asarray(table.column("amount")[row], dtype=np.float64),
        by_person=GroupIndex([person[starts]]),
        member_person=person[repeated][by_time],
        member_known=member_known[by_time],
        by_hub=GroupIndex([hub[repeated][by_time]]),
    )


def sweeps(ledger: Ledger) -> Sweeps:
    """All sweeps of the ledger, built at first use."""
    table = ledger.tables["card_transactions"]
    return index_memo(table.index(("card_id",)), "sweeps", lambda: _build(table))


def ranges(index: GroupIndex, keys: Int64) -> tuple[Int64, Int64]:
    """Where the rows of each key begin and end in the index; shapes (keys,)."""
    if index.size == 0:
        return np.zeros(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=np.int64)
    groups = index.lookup([keys])
    lo = np.where(groups >= 0, index.starts[np.maximum(groups, 0)], 0)
    return lo, np.where(groups >= 0, index.ends[np.maximum(groups, 0)], 0)


@njit(cache=True, nogil=True)
def _sum_until(offsets: Int64, known: Int64, amount: Float, group: Int64, at: Int64) -> tuple[Float, Float]:
    times = np.zeros(group.shape[0], np.float64)
    fen = np.zeros(group.shape[0], np.float64)
    for i in range(group.shape[0]):
        for j in range(offsets[group[i]], offsets[group[i] + 1]):
            if known[j] > at[i]:
                break
            times[i] += 1.0
            fen[i] += amount[j]
    return times, fen


def hubs_of_payee(view: View) -> Hubs:
    """Every card the payee's credits were swept to, as known at the moment."""
    found = sweeps(view.ledger)
    lo, hi = ranges(found.by_person, np.asarray(view.own("person_id"), dtype=np.int64))
    never = np.full(len(found.person), NEVER, dtype=np.int64)
    pairs = kernels.expand(lo, hi, found.by_person.rows, never, view.at)
    query, group = np.asarray(pairs[0], dtype=np.int64), np.asarray(pairs[1], dtype=np.int64)
    times, fen = _sum_until(found.offsets, found.known, found.amount, group, view.at[query])
    kept = times > 0
    return Hubs(query[kept], group[kept], found.hub[group[kept]], times[kept], fen[kept])


def members(view: View) -> tuple[Int64, Int64]:
    """(position in `hubs_of_payee`, person) of everybody else, unrelated to the payee, who swept to the hub repeatedly.

    A hub is looked at up to its first 200 people.
    """
    found = sweeps(view.ledger)
    hubs = view.memo(hubs_of_payee)
    lo, hi = ranges(found.by_hub, hubs.hub)
    hi = np.minimum(hi, lo + MOST_MEMBERS)
    at = view.at[hubs.query]
    never = np.full(len(found.member_person), NEVER, dtype=np.int64)
    place, member = kernels.expand(lo, hi, found.by_hub.rows, never, at)
    place, member = place.astype(np.int64), member.astype(np.int64)
    known = found.member_known[member] <= at[place]
    place, person = place[known], found.member_person[member[known]]
    payee = np.asarray(view.own("person_id"), dtype=np.int64)[hubs.query[place]]
    kept = person != payee
    place, person, payee = place[kept], person[kept], payee[kept]
    pairs = _people.sub(view, hubs.query[place], {"one": payee, "other": person})
    apart = _people.unrelated(pairs, "one", "other")
    return place[apart], person[apart]


def owner_is_near(view: View) -> Bool:
    """For each of `hubs_of_payee`: the hub's holder is the payee, of the household, kin, or a proxy on record."""
    hubs = view.memo(hubs_of_payee)
    payee = np.asarray(view.own("person_id"), dtype=np.int64)[hubs.query]
    pairs = _people.sub(view, hubs.query, {"payee": payee, "card_id": hubs.hub})
    holder = np.asarray(pairs.lookup("cards", "holder_person_id", "card_id"), dtype=np.int64)
    tied = _people.sub(view, hubs.query, {"payee": payee, "holder": holder})
    home, other = _people.household_of(tied, "payee"), _people.household_of(tied, "holder")
    near = (holder == payee) | ((home >= 0) & (home == other))
    near |= _people.are_kin(tied, "payee", "holder") | _people.share_helper(tied, "payee", "holder")
    return np.asarray(near, dtype=np.bool_)


def households_at_hub(view: View) -> Float:
    """Most households, besides the payee's, that sweep repeatedly to a card the payee's credits go to; shape (n,)."""
    hubs = view.memo(hubs_of_payee)
    place, person = view.memo(members)
    pairs = _people.sub(view, hubs.query[place], {"person": person})
    count = _people.distinct_by(place, _people.household_of(pairs, "person"), len(hubs.query))
    count[view.memo(owner_is_near)] = 0.0
    out = np.zeros(view.n)
    order = np.argsort(count, kind="stable")
    out[hubs.query[order]] = count[order]
    return out


def rows_of(view: View) -> Pairs:
    """The payee's sweeps on record, as evidence."""
    found = sweeps(view.ledger)
    hubs = view.memo(hubs_of_payee)
    times = hubs.times.astype(np.int64)
    query = np.repeat(hubs.query, times)
    inside = np.arange(len(query)) - np.repeat(np.cumsum(times) - times, times)
    rows = found.row[np.repeat(found.offsets[hubs.group], times) + inside]
    return Pairs(view, "card_transactions", query.astype(np.int32), rows.astype(np.int32))


def last_sweep(view: View) -> Float:
    """Moment of the payee's last sweep on record, microseconds UTC, NaN none; shape (n,)."""
    found = sweeps(view.ledger)
    hubs = view.memo(hubs_of_payee)
    last = found.known[found.offsets[hubs.group] + hubs.times.astype(np.int64) - 1]
    out = np.full(view.n, np.nan)
    order = np.argsort(last, kind="stable")
    out[hubs.query[order]] = last[order]
    return out
