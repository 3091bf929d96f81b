"""Compiled passes over grouped rows. Every kernel takes plain arrays, so the same code runs anywhere numpy does."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
Bool = NDArray[np.bool_]


@njit(cache=True, nogil=True)
def group_rows(codes: Int64, size: int) -> tuple[Int64, Int32]:
    """Counting sort: offsets (size+1,) and row numbers grouped by code, order inside a group kept. Codes < 0 drop."""
    offsets = np.zeros(size + 1, np.int64)
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
def _upper(known: Int64, rows: Int32, lo: int, hi: int, moment: int) -> int:
    while lo < hi:
        mid = (lo + hi) // 2
        if known[rows[mid]] <= moment:
            lo = mid + 1
        else:
            hi = mid
    return lo


@njit(cache=True, nogil=True)
def bounds(offsets: Int64, rows: Int32, known: Int64, keys: Int64, after: Int64, until: Int64) -> tuple[Int64, Int64]:
    """For each query the positions [lo, hi) of its group's rows with after < known <= until; empty for key < 0."""
    n = keys.shape[0]
    lo = np.zeros(n, np.int64)
    hi = np.zeros(n, np.int64)
    for i in range(n):
        k = keys[i]
        if k >= 0:
            hi[i] = _upper(known, rows, offsets[k], offsets[k + 1], until[i])
            lo[i] = _upper(known, rows, offsets[k], hi[i], after[i])
    return lo, hi


@njit(cache=True, nogil=True)
def expand(lo: Int64, hi: Int64, rows: Int32, superseded: Int64, at: Int64) -> tuple[Int32, Int32]:
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
def latest(offsets: Int64, rows: Int32, known: Int64, superseded: Int64, keys: Int64, at: Int64) -> Int64:
    """The last known row of each query's group that is not superseded at its moment; -1 where there is none."""
    out = np.full(keys.shape[0], -1, np.int64)
    for i in range(keys.shape[0]):
        k = keys[i]
        if k >= 0:
            j = _upper(known, rows, offsets[k], offsets[k + 1], at[i]) - 1
            while j >= offsets[k]:
                if superseded[rows[j]] > at[i]:
                    out[i] = rows[j]
                    break
                j -= 1
    return out


@njit(cache=True, nogil=True)
def previous_same(offsets: Int64, rows: Int32, values: Int64) -> Int64:
    """For each grouped position the position of the previous row with the same value in its group, else -1."""
    out = np.full(rows.shape[0], -1, np.int64)
    for k in range(offsets.shape[0] - 1):
        seen = {np.int64(-9): np.int64(-9)}
        for j in range(offsets[k], offsets[k + 1]):
            v = values[rows[j]]
            if v in seen:
                out[j] = seen[v]
            seen[v] = np.int64(j)
    return out


@njit(cache=True, nogil=True)
def count_distinct(
    lo: Int64, hi: Int64, rows: Int32, previous: Int64, values: Int64, superseded: Int64, at: Int64
) -> Float64:
    """Distinct values >= 0 in each range: a row counts where its previous equal lies before the range.

    Rows already superseded at the query's moment are left out, so the previous equal is walked back past them.
    """
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


@njit(cache=True, nogil=True)
def superseded_total(
    lo: Int64, hi: Int64, rows: Int32, superseded: Int64, at: Int64, values: Float64
) -> Float64:
    """Sum of the values in each range whose row had been superseded at the query's moment."""
    out = np.zeros(lo.shape[0], np.float64)
    for i in range(lo.shape[0]):
        for j in range(lo[i], hi[i]):
            if superseded[rows[j]] <= at[i]:
                out[i] += values[rows[j]]
    return out
