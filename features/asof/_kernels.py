"""Compiled passes over grouped rows. Every kernel takes plain arrays, so the same code runs anywhere numpy does.

Rows of a table are numbered in the order they became known. So "known by the moment" is "row number below a bound",
one bound a query found once (`View.known_rows`), and a group's rows, ascending, are cut by binary search on the rows
themselves.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
Index = NDArray[np.int32] | NDArray[np.int64]


@njit(cache=True, nogil=True)
def group_rows(codes: Index, size: int) -> tuple[Int32, Int32]:
    """Counting sort: offsets (size+1,) and row numbers grouped by code, order inside a group kept. Codes < 0 drop."""
    offsets = np.zeros(size + 1, np.int32)
    for i in range(codes.shape[0]):
        if codes[i] >= 0:
            offsets[codes[i] + 1] += 1
    for k in range(size):
        offsets[k + 1] += offsets[k]
    cursor = offsets[:-1].copy()
    rows = np.empty(offsets[size], np.int32)
    for i in range(codes.shape[0]):
        code = codes[i]
        if code >= 0:
            rows[cursor[code]] = i
            cursor[code] += 1
    return offsets, rows


@njit(cache=True, nogil=True)
def regroup(rows: Int32, codes: Int32, size: int) -> Int32:
    """The listed rows sorted by code, order among equals kept; one step of a radix sort. Codes < 0 drop."""
    offsets = np.zeros(size + 1, np.int32)
    for i in rows:
        if codes[i] >= 0:
            offsets[codes[i] + 1] += 1
    for k in range(size):
        offsets[k + 1] += offsets[k]
    out = np.empty(offsets[size], np.int32)
    for i in rows:
        code = codes[i]
        if code >= 0:
            out[offsets[code]] = i
            offsets[code] += 1
    return out


@njit(cache=True, nogil=True)
def sort_inside(offsets: Int32, rows: Int32, second: Int32, third: Int32) -> None:
    """Sort each group's rows by one or two more columns (`third` may be empty), order among equals kept; in place.

    Where groups are small this stays in the processor's own memory, which a radix sort of the whole table does not.
    """
    two = third.shape[0] > 0
    keys = np.empty(64, np.int64)
    for g in range(offsets.shape[0] - 1):
        lo, n = offsets[g], offsets[g + 1] - offsets[g]
        if n < 2:
            continue
        if n > keys.shape[0]:
            keys = np.empty(2 * n, np.int64)
        for p in range(n):
            row = rows[lo + p]
            keys[p] = (np.int64(second[row]) << 32) | (np.int64(third[row]) if two else 0)
        if n > 64:
            order = np.argsort(keys[:n], kind="mergesort")
            rows[lo : lo + n] = rows[lo : lo + n][order]
            continue
        for p in range(1, n):
            key, row = keys[p], rows[lo + p]
            k = p
            while k > 0 and keys[k - 1] > key:
                keys[k] = keys[k - 1]
                rows[lo + k] = rows[lo + k - 1]
                k -= 1
            keys[k] = key
            rows[lo + k] = row


@njit(cache=True, nogil=True)
def refine(parent: Int32, rows: Int32, codes: Int32, parents: int) -> tuple[Int32, Int32, Int32]:
    """Split groups of sorted rows by one more column.

    `parent` (rows,) is each row's group so far, ascending. Gives the finer group of each row, and for looking up:
    `starts` (parents+1,) of each parent's finer groups and their `values` in this column, ascending in a parent.
    """
    n = rows.shape[0]
    child = np.empty(n, np.int32)
    starts = np.zeros(parents + 1, np.int32)
    total = 0
    for p in range(n):
        if p == 0 or parent[p] != parent[p - 1] or codes[rows[p]] != codes[rows[p - 1]]:
            total += 1
            starts[parent[p] + 1] += 1
        child[p] = total - 1
    for k in range(parents):
        starts[k + 1] += starts[k]
    values = np.empty(total, np.int32)
    for p in range(n):
        values[child[p]] = codes[rows[p]]
    return child, starts, values


@njit(cache=True, nogil=True)
def descend(groups: Int32, starts: Int32, values: Int32, codes: Int32) -> Int32:
    """One step of looking up: the finer group of each query, -1 where it does not exist."""
    out = np.full(groups.shape[0], -1, np.int32)
    for i in range(groups.shape[0]):
        g = groups[i]
        if g < 0 or g >= starts.shape[0] - 1 or codes[i] < 0:
            continue
        lo, hi = starts[g], starts[g + 1]
        end = hi
        while lo < hi:
            mid = (lo + hi) >> 1
            if values[mid] < codes[i]:
                lo = mid + 1
            else:
                hi = mid
        if lo < end and values[lo] == codes[i]:
            out[i] = lo
    return out


@njit(cache=True, nogil=True)
def _below(rows: Int32, lo: int, hi: int, bound: int) -> int:
    """First position of rows[lo:hi] that is not below the bound."""
    while lo < hi:
        mid = (lo + hi) >> 1
        if rows[mid] < bound:
            lo = mid + 1
        else:
            hi = mid
    return lo


@njit(cache=True, nogil=True)
def places(starts: Int32, ends: Int32, rows: Int32, groups: Int32, chosen: Int64) -> Int64:
    """Position of each chosen row, which stands in the group given; -1 for no group."""
    out = np.full(groups.shape[0], -1, np.int64)
    for i in range(groups.shape[0]):
        if groups[i] >= 0:
            out[i] = _below(rows, starts[groups[i]], ends[groups[i]], chosen[i])
    return out


@njit(cache=True, nogil=True)
def narrow(starts: Int32, ends: Int32, rows: Int32, keys: Int32, after: Int32, until: Int32) -> tuple[Int32, Int32]:
    """For each query the positions [lo, hi) of its group's rows with after <= row < until; empty for key < 0."""
    n = keys.shape[0]
    lo = np.zeros(n, np.int32)
    hi = np.zeros(n, np.int32)
    for i in range(n):
        k = keys[i]
        if k >= 0:
            start, end = starts[k], ends[k]
            top = _below(rows, start, end, until[i])
            hi[i] = top
            lo[i] = start if after[i] <= 0 else _below(rows, start, top, after[i])
    return lo, hi


@njit(cache=True, nogil=True)
def expand_all(lo: Int32, hi: Int32, rows: Int32) -> tuple[Int32, Int32]:
    """All (query, row) pairs of the ranges."""
    total = 0
    for i in range(lo.shape[0]):
        total += hi[i] - lo[i]
    queries = np.empty(total, np.int32)
    found = np.empty(total, np.int32)
    p = 0
    for i in range(lo.shape[0]):
        for j in range(lo[i], hi[i]):
            queries[p] = i
            found[p] = rows[j]
            p += 1
    return queries, found


@njit(cache=True, nogil=True)
def expand(lo: Index, hi: Index, rows: Int32, superseded: Int64, at: Int64) -> tuple[Int32, Int32]:
    """All (query, row) pairs of the ranges whose row was not yet superseded at the query's moment."""
    total = 0
    for i in range(lo.shape[0]):
        for j in range(lo[i], hi[i]):
            if superseded[rows[j]] > at[i]:
                total += 1
    queries = np.empty(total, np.int32)
    found = np.empty(total, np.int32)
    p = 0
    for i in range(lo.shape[0]):
        for j in range(lo[i], hi[i]):
            if superseded[rows[j]] > at[i]:
                queries[p] = i
                found[p] = rows[j]
                p += 1
    return queries, found


@njit(cache=True, nogil=True)
def newest(lo: Int32, hi: Int32, rows: Int32) -> Int32:
    """The last row of each range, -1 where it is empty."""
    out = np.full(lo.shape[0], -1, np.int32)
    for i in range(lo.shape[0]):
        if hi[i] > lo[i]:
            out[i] = rows[hi[i] - 1]
    return out


@njit(cache=True, nogil=True)
def newest_standing(lo: Int32, hi: Int32, rows: Int32, superseded: Int64, at: Int64) -> Int32:
    """The last row of each range that was not yet superseded at the query's moment, -1 where there is none."""
    out = np.full(lo.shape[0], -1, np.int32)
    for i in range(lo.shape[0]):
        for j in range(hi[i] - 1, lo[i] - 1, -1):
            if superseded[rows[j]] > at[i]:
                out[i] = rows[j]
                break
    return out


@njit(cache=True, nogil=True)
def _upper(known: Int64, rows: Int32, lo: int, hi: int, moment: int) -> int:
    while lo < hi:
        mid = (lo + hi) // 2
        if known[rows[mid]] <= moment:
            lo = mid + 1
        else:
            hi = mid
    return lo


@njit(cache=True, nogil=True)
def latest(starts: Int32, ends: Int32, rows: Int32, known: Int64, superseded: Int64, keys: Index, at: Int64) -> Int64:
    """The last row of each query's group known and not superseded at its moment; -1 where there is none.

    For joins between tables of the ledger, where each row asks as of its own moment.
    """
    out = np.full(keys.shape[0], -1, np.int64)
    for i in range(keys.shape[0]):
        k = keys[i]
        if k >= 0:
            j = _upper(known, rows, starts[k], ends[k], at[i]) - 1
            while j >= starts[k]:
                if superseded[rows[j]] > at[i]:
                    out[i] = rows[j]
                    break
                j -= 1
    return out


@njit(cache=True, nogil=True)
def previous_same(offsets: Int32, rows: Int32, values: Int32, size: int) -> Int32:
    """For each grouped position the position of the previous row with the same value in its group, else -1.

    Null values (< 0) count as one value. `size` is above every value.
    """
    out = np.full(rows.shape[0], -1, np.int32)
    last = np.full(size + 1, -1, np.int32)
    for k in range(offsets.shape[0] - 1):
        for j in range(offsets[k], offsets[k + 1]):
            v = values[rows[j]]
            if v < 0:
                v = size
            if last[v] >= offsets[k]:
                out[j] = last[v]
            last[v] = j
    return out


@njit(cache=True, nogil=True)
def count_distinct(lo: Int32, hi: Int32, rows: Int32, previous: Int32, values: Int32) -> Float64:
    """Distinct values >= 0 in each range: a row counts where its previous equal lies before the range."""
    out = np.zeros(lo.shape[0], np.float64)
    for i in range(lo.shape[0]):
        for j in range(lo[i], hi[i]):
            if previous[j] < lo[i] and values[rows[j]] >= 0:
                out[i] += 1.0
    return out


@njit(cache=True, nogil=True)
def count_distinct_standing(
    lo: Int32, hi: Int32, rows: Int32, previous: Int32, values: Int32, superseded: Int64, at: Int64
) -> Float64:
    """The same without rows already superseded at the query's moment: the previous equal is walked back past them."""
    out = np.zeros(lo.shape[0], np.float64)
    for i in range(lo.shape[0]):
        for j in range(lo[i], hi[i]):
            if values[rows[j]] < 0 or superseded[rows[j]] <= at[i]:
                continue
            p = previous[j]
            while p >= lo[i] and superseded[rows[p]] <= at[i]:
                p = previous[p]
            if p < lo[i]:
                out[i] += 1.0
    return out


def running_totals(offsets: Int32, rows: Int32, values: Float64) -> NDArray[np.floating]:
    """Totals up to and including each grouped position, begun anew in each group; NaN counts as zero.

    A total that ran through all groups would round differently once a later row of another group is recorded. Counts
    are kept in half the memory, where that loses nothing.
    """
    totals = _running_totals(offsets, rows, values)
    return totals.astype(np.float32) if _are_counts(totals) else totals


@njit(cache=True, nogil=True)
def _are_counts(totals: Float64) -> bool:
    """Whether every total is a whole number that float32 holds exactly."""
    for v in totals:  # noqa: SIM110 - numba compiles the loop, not a generator
        if not abs(v) < 16_777_216.0 or v != np.floor(v):
            return False
    return True


@njit(cache=True, nogil=True)
def _running_totals(offsets: Int32, rows: Int32, values: Float64) -> Float64:
    """Totals group by group."""
    out = np.empty(rows.shape[0], np.float64)
    for k in range(offsets.shape[0] - 1):
        total = 0.0
        for j in range(offsets[k], offsets[k + 1]):
            v = values[rows[j]]
            if v == v:
                total += v
            out[j] = total
    return out


@njit(cache=True, nogil=True)
def between_totals(starts: Int32, keys: Int32, lo: Int32, hi: Int32, totals: NDArray[np.floating]) -> Float64:
    """What the rows of each range add up to."""
    out = np.zeros(lo.shape[0], np.float64)
    for i in range(lo.shape[0]):
        if hi[i] > lo[i]:
            before = np.float64(totals[lo[i] - 1]) if lo[i] > starts[keys[i]] else 0.0
            out[i] = np.float64(totals[hi[i] - 1]) - before
    return out


@njit(cache=True, nogil=True)
def replaced_positions(rows: Int32, superseded: Int64) -> Int32:
    """Grouped positions, ascending, whose row is superseded at some time (there are few)."""
    never = np.iinfo(np.int64).max
    total = 0
    for j in range(rows.shape[0]):
        if superseded[rows[j]] != never:
            total += 1
    out = np.empty(total, np.int32)
    total = 0
    for j in range(rows.shape[0]):
        if superseded[rows[j]] != never:
            out[total] = j
            total += 1
    return out


@njit(cache=True, nogil=True)
def count_replaced(lo: Int32, hi: Int32, rows: Int32, replaced: Int32, superseded: Int64, at: Int64) -> Float64:
    """Rows of each range that had been superseded at the query's moment."""
    out = np.zeros(lo.shape[0], np.float64)
    for i in range(lo.shape[0]):
        p = _below(replaced, 0, replaced.shape[0], lo[i])
        while p < replaced.shape[0] and replaced[p] < hi[i]:
            if superseded[rows[replaced[p]]] <= at[i]:
                out[i] += 1.0
            p += 1
    return out


@njit(cache=True, nogil=True)
def total_replaced(
    lo: Int32, hi: Int32, rows: Int32, replaced: Int32, superseded: Int64, at: Int64, values: Float64
) -> Float64:
    """Sum of the values of rows of each range that had been superseded at the query's moment; NaN counts as zero."""
    out = np.zeros(lo.shape[0], np.float64)
    for i in range(lo.shape[0]):
        p = _below(replaced, 0, replaced.shape[0], lo[i])
        while p < replaced.shape[0] and replaced[p] < hi[i]:
            row = rows[replaced[p]]
            if superseded[row] <= at[i] and values[row] == values[row]:
                out[i] += values[row]
            p += 1
    return out
