"""Steps that ask the history: what was known by a moment, the rows of a group, the newest, sums and counts.

They mirror `features.asof._kernels` on the machine's memory: same order of additions, same rounding. `gone` is when
each row was replaced; empty where the table never had a second version.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.asof._live_kernels import find_keys

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]


@njit(nogil=True)
def known_by(known: Int64, moment: int) -> int:
    """Number of rows known at a moment."""
    lo, hi = 0, known.shape[0]
    if hi > 0 and known[hi - 1] <= moment:
        return int(hi)  # A payment that comes now knows them all.
    while lo < hi:
        mid = (lo + hi) >> 1
        if known[mid] <= moment:
            lo = mid + 1
        else:
            hi = mid
    return lo


@njit(nogil=True)
def search(values: NDArray[np.generic], v: float, right: bool) -> int:
    """Where a value would be put among sorted ones, before or after its equals; NaN sorts last."""
    lo, hi = 0, values.shape[0]
    while lo < hi:
        mid = (lo + hi) >> 1
        x = values[mid]
        before = x < v or (v != v and x == x)
        if before or (right and (x == v or v != v)):
            lo = mid + 1
        else:
            hi = mid
    return lo


@njit(nogil=True)
def descend(m: Int64, o: int, groups: int, n: int, starts: Int32, values: Int32, codes: int) -> None:
    """One step of looking up a group by several columns: the finer group of each query, -1 where there is none."""
    for i in range(n):
        g, code = m[groups + i], m[codes + i]
        m[o + i] = -1
        if g < 0 or g >= starts.shape[0] - 1 or code < 0:
            continue
        lo, hi = starts[g], starts[g + 1]
        end = hi
        while lo < hi:
            mid = (lo + hi) >> 1
            if values[mid] < code:
                lo = mid + 1
            else:
                hi = mid
        if lo < end and values[lo] == code:
            m[o + i] = lo


@njit(nogil=True)
def arrived(m: Int64, o: int, groups: int, n: int, columns: Int64, slots: Int32, keys: Int32, base: int) -> None:
    """Groups not found that came into being since the ledger was opened: `features.asof._live_kernels.find_keys`."""
    width = columns.shape[0]
    asked = np.empty((1, width), np.int32)
    found = np.empty(1, np.int32)
    rows = keys.reshape((keys.shape[0] // width, width))
    for i in range(n):
        m[o + i] = m[groups + i]
        if m[groups + i] < 0 and rows.shape[0] > 0:
            for k in range(width):
                asked[0, k] = m[columns[k] + i]
            found[0] = -1
            find_keys(slots, rows, asked, found, base)
            m[o + i] = found[0]


@njit(nogil=True)
def below(rows: Int32, lo: int, hi: int, bound: int) -> int:
    """First position of rows[lo:hi] that is not below the bound."""
    if hi > lo and rows[hi - 1] < bound:
        return hi
    while lo < hi:
        mid = (lo + hi) >> 1
        if rows[mid] < bound:
            lo = mid + 1
        else:
            hi = mid
    return lo


@njit(nogil=True)
def narrow(
    m: Int64, lo: int, hi: int, n: int, starts: Int32, ends: Int32, rows: Int32, groups: int, after: int, until: int
) -> None:
    """The positions of each group's rows with after <= row < until; `after` below 0 is no bound."""
    for i in range(n):
        g = m[groups + i]
        m[lo + i] = 0
        m[hi + i] = 0
        if g >= 0:
            start, end = starts[g], ends[g]
            top = below(rows, start, end, m[until + i])
            m[hi + i] = top
            m[lo + i] = start if after < 0 or m[after + i] <= 0 else below(rows, start, top, m[after + i])


@njit(nogil=True)
def newest(m: Int64, o: int, lo: int, hi: int, n: int, rows: Int32, gone: Int64, at: int) -> None:
    """The last row of each range not replaced by the moment, -1 where there is none."""
    versions = gone.shape[0] > 0
    for i in range(n):
        m[o + i] = -1
        for j in range(m[hi + i] - 1, m[lo + i] - 1, -1):
            if not versions or gone[rows[j]] > m[at + i]:
                m[o + i] = rows[j]
                break


@njit(nogil=True)
def how_many(m: Int64, lo: int, hi: int, n: int) -> int:
    """Rows of all ranges together: the most pairs they can make."""
    total = 0
    for i in range(n):
        if m[hi + i] > m[lo + i]:
            total += m[hi + i] - m[lo + i]
    return total


@njit(nogil=True)
def expand(m: Int64, query: int, row: int, lo: int, hi: int, n: int, rows: Int32, gone: Int64, at: int) -> int:
    """All (query, row) pairs of the ranges whose row was not replaced by the moment; their number."""
    versions = gone.shape[0] > 0
    p = 0
    for i in range(n):
        for j in range(m[lo + i], m[hi + i]):
            if not versions or gone[rows[j]] > m[at + i]:
                m[query + p] = i
                m[row + p] = rows[j]
                p += 1
    return p


@njit(nogil=True)
def count_rows(
    m: Int64, f: Float64, o: int, lo: int, hi: int, n: int, rows: Int32, replaced: Int32, gone: Int64, at: int
) -> None:
    """Rows of each range on record at the moment."""
    versions = gone.shape[0] > 0
    for i in range(n):
        total = np.float64(m[hi + i] - m[lo + i])
        if versions:
            away = 0.0
            p = below(replaced, 0, replaced.shape[0], m[lo + i])
            while p < replaced.shape[0] and replaced[p] < m[hi + i]:
                if gone[rows[replaced[p]]] <= m[at + i]:
                    away += 1.0
                p += 1
            total -= away
        f[o + i] = total


@njit(nogil=True)
def total_rows(
    m: Int64,
    f: Float64,
    o: int,
    lo: int,
    hi: int,
    n: int,
    starts: Int32,
    groups: int,
    totals: NDArray[np.floating],
    rows: Int32,
    replaced: Int32,
    gone: Int64,
    at: int,
    values: NDArray[np.generic],
) -> None:
    """Sum of a column over the rows of each range on record at the moment; NaN counts as zero."""
    versions = gone.shape[0] > 0
    for i in range(n):
        a, b = m[lo + i], m[hi + i]
        total = 0.0
        if b > a:
            before = np.float64(totals[a - 1]) if a > starts[m[groups + i]] else 0.0
            total = np.float64(totals[b - 1]) - before
        if versions:
            away = 0.0
            p = below(replaced, 0, replaced.shape[0], a)
            while p < replaced.shape[0] and replaced[p] < b:
                row = rows[replaced[p]]
                if gone[row] <= m[at + i]:
                    v = np.float64(values[row])
                    if v == v:
                        away += v
                p += 1
            total -= away
        f[o + i] = total


@njit(nogil=True)
def distinct_rows(
    m: Int64,
    f: Float64,
    o: int,
    lo: int,
    hi: int,
    n: int,
    rows: Int32,
    previous: Int32,
    values: Int32,
    gone: Int64,
    at: int,
) -> None:
    """Different values (codes from 0) among the rows of each range on record at the moment."""
    versions = gone.shape[0] > 0
    for i in range(n):
        first, end = m[lo + i], m[hi + i]
        total = 0.0
        for j in range(first, end):
            row = rows[j]
            if values[row] < 0 or (versions and gone[row] <= m[at + i]):
                continue
            p = previous[j]
            if versions:
                while p >= first and gone[rows[p]] <= m[at + i]:
                    p = previous[p]
            if p < first:
                total += 1.0
        f[o + i] = total
