"""Compiled passes over the credits and debits of holders (see `features.card._flow.Flow`)."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Float = NDArray[np.float64]
LEAST = 4
"""Places a holder gets when its entries move to the end; then twice as many each time they are full."""


@njit(cache=True, nogil=True)
def beside(
    first: int,
    end: int,
    starts: Int32,
    ends: Int32,
    amount: Float,
    piled: Float,
    fen: Float,
    next_debit: Int64,
    debit_before: Int64,
) -> None:
    """Credits piled up before each entry of some holders, and the debits beside it."""
    for h in range(first, end):
        count, total = 0.0, 0.0
        behind = np.int64(-1)
        for p in range(starts[h], ends[h]):
            piled[p], fen[p], debit_before[p] = count, total, behind
            if amount[p] > 0:
                count += 1.0
                total += amount[p]
            else:
                count, total = 0.0, 0.0
                behind = np.int64(p)
        ahead = np.int64(-1)
        for p in range(ends[h] - 1, starts[h] - 1, -1):
            next_debit[p] = ahead
            if amount[p] < 0:
                ahead = np.int64(p)


@njit(cache=True, nogil=True)
def _room(size: int) -> int:
    room = LEAST
    while room < size:
        room *= 2
    return room


@njit(cache=True, nogil=True)
def put_in(
    holders: Int64,
    cuts: Int64,
    new_known: Int64,
    new_amount: Float,
    new_row: Int64,
    new_answer: Int64,
    new_rank: Int64,
    debit_rank: Int32,
    answer_rank: Int32,
    starts: Int32,
    ends: Int32,
    used: int,
    base: int,
    known: Int64,
    amount: Float,
    piled: Float,
    fen: Float,
    row: Int64,
    answer: Int64,
    next_debit: Int64,
    debit_before: Int64,
    place_of_answer: Int64,
) -> int:
    """Put the new entries `cuts[k]:cuts[k + 1]` of each holder among its entries; gives the places used afterwards.

    Entries below place `base` have no spare places beside them. Order: moment, then larger amounts first (credits
    before debits), then rank of the row.
    """
    for k in range(holders.shape[0]):
        h = holders[k]
        size = ends[h] - starts[h]
        more = cuts[k + 1] - cuts[k]
        if size == 0 or starts[h] < base or size + more > _room(size):
            for j in range(size):
                known[used + j] = known[starts[h] + j]
                amount[used + j] = amount[starts[h] + j]
                row[used + j] = row[starts[h] + j]
                answer[used + j] = answer[starts[h] + j]
            starts[h], ends[h] = used, used + size
            used += _room(size + more)
        for i in range(cuts[k], cuts[k + 1]):
            p = ends[h]
            while p > starts[h]:
                q = p - 1
                if known[q] != new_known[i]:
                    after = known[q] > new_known[i]
                elif amount[q] != new_amount[i]:
                    after = amount[q] < new_amount[i]
                else:
                    own = row[q] if row[q] >= 0 else answer[q]
                    ranks = debit_rank if row[q] >= 0 else answer_rank
                    after = (ranks[own] if ranks.shape[0] > 0 else own) > new_rank[i]
                if not after:
                    break
                known[p], amount[p], row[p], answer[p] = known[q], amount[q], row[q], answer[q]
                p -= 1
            known[p], amount[p], row[p], answer[p] = new_known[i], new_amount[i], new_row[i], new_answer[i]
            ends[h] += 1
        beside(h, h + 1, starts, ends, amount, piled, fen, next_debit, debit_before)
        for p in range(starts[h], ends[h]):
            if answer[p] >= 0:
                place_of_answer[answer[p]] = p
    return used
