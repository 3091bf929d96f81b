"""What happened on the payee's cards: last activity, credits that piled up, and one withdrawal that takes them all.

Read from the flow of the ledger: per holder the credits (bank answers) and the debits (withdrawals, transfers out,
purchases) in one order of time.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.asof import Pairs, View
from features.card._flow import flow as flow

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]


@njit(cache=True, nogil=True)
def _state(
    starts: NDArray[np.int32], ends: NDArray[np.int32], known: Int64, amount: Float, groups: Int64, at: Int64
) -> tuple[Int64, Float, Float]:
    """For each query the place of the last debit (-1 none) and the credits and fen since."""
    last = np.full(groups.shape[0], -1, np.int64)
    count = np.zeros(groups.shape[0], np.float64)
    fen = np.zeros(groups.shape[0], np.float64)
    for i in range(groups.shape[0]):
        k = groups[i]
        if k < 0 or k >= starts.shape[0]:
            continue
        lo = starts[k]
        hi = ends[k]
        while lo < hi:
            mid = (lo + hi) // 2
            if known[mid] <= at[i]:
                lo = mid + 1
            else:
                hi = mid
        j = lo - 1
        while j >= starts[k]:
            if amount[j] < 0:
                last[i] = j
                break
            count[i] += 1.0
            fen[i] += amount[j]
            j -= 1
    return last, count, fen


def state(view: View) -> tuple[Int64, Float, Float]:
    """For the payee: place of the last debit in `Flow` (-1 none), credits and fen credited since; shape (n,)."""
    found = flow(view.ledger)
    person = np.asarray(view.own("person_id"), dtype=np.int64)
    return _state(found.starts, found.ends, found.known, found.amount, person, view.at)


def last_debit(view: View, values: NDArray[np.generic]) -> Float:
    """A value of `Flow` at the payee's last debit, NaN where there is none."""
    place = view.memo(state)[0]
    return np.where(place >= 0, values[np.maximum(place, 0)], np.nan) if len(values) else np.full(view.n, np.nan)


def last_debit_rows(view: View) -> Pairs:
    """The payee's last debit, as evidence."""
    row = last_debit(view, flow(view.ledger).row)
    query = np.flatnonzero(row >= 0)
    return Pairs(view, "card_transactions", query.astype(np.int32), row[query].astype(np.int32))


def taken_by(view: View) -> Int64:
    """Place in `Flow` of the first debit after this payment was credited, as known at the moment; -1 none."""
    found = flow(view.ledger)
    answer = view.latest("settlements", "disbursement_id")
    if len(found.place_of_answer) == 0 or len(found.known) == 0:
        return np.full(view.n, -1, dtype=np.int64)
    credit = np.where(answer >= 0, found.place_of_answer[np.maximum(answer, 0)], -1)
    debit = np.where(credit >= 0, found.next_debit[np.maximum(credit, 0)], -1)
    return np.where((debit >= 0) & (found.known[np.maximum(debit, 0)] <= view.at), debit, -1)


def at_taking(view: View, values: NDArray[np.generic]) -> Float:
    """A value of `Flow` at the debit that first took from this payment's credit; NaN where there is none yet."""
    place = view.memo(taken_by)
    return np.where(place >= 0, values[np.maximum(place, 0)], np.nan) if len(values) else np.full(view.n, np.nan)


def taking_rows(view: View) -> Pairs:
    """The debit that first took from this payment's credit, as evidence."""
    row = at_taking(view, flow(view.ledger).row)
    query = np.flatnonzero(row >= 0)
    return Pairs(view, "card_transactions", query.astype(np.int32), row[query].astype(np.int32))
