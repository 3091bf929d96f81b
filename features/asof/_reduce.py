"""Compiled reductions of pairs to queries. None relies on the pairs' order, except where order is what is asked."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Int32 = NDArray[np.int32]
Float64 = NDArray[np.float64]
Bool = NDArray[np.bool_]


@njit(cache=True, nogil=True)
def count(query: Int32, n: int) -> Float64:
    """Pairs of each query."""
    out = np.zeros(n, np.float64)
    for i in query:
        out[i] += 1.0
    return out


@njit(cache=True, nogil=True)
def total(query: Int32, values: Float64, n: int) -> Float64:
    """Sum by query; NaN counts as zero, infinities as the largest numbers there are."""
    out = np.zeros(n, np.float64)
    for p in range(query.shape[0]):
        v = values[p]
        if v == v:
            out[query[p]] += v
    return out


@njit(cache=True, nogil=True)
def mean(query: Int32, values: Float64, n: int) -> Float64:
    """Mean by query over values that are not NaN; NaN where there is none."""
    out = np.zeros(n, np.float64)
    number = np.zeros(n, np.float64)
    for p in range(query.shape[0]):
        v = values[p]
        if v == v:
            out[query[p]] += v
            number[query[p]] += 1.0
    for i in range(n):
        out[i] = out[i] / number[i] if number[i] > 0 else np.nan
    return out


@njit(cache=True, nogil=True)
def largest(query: Int32, values: Float64, n: int) -> Float64:
    """Largest value by query, NaN and infinities ignored; NaN where there is none."""
    out = np.full(n, -np.inf)
    for p in range(query.shape[0]):
        if values[p] > out[query[p]]:
            out[query[p]] = values[p]
    for i in range(n):
        if np.isinf(out[i]):
            out[i] = np.nan
    return out


@njit(cache=True, nogil=True)
def smallest(query: Int32, values: Float64, n: int) -> Float64:
    """Smallest value by query, NaN and infinities ignored; NaN where there is none."""
    out = np.full(n, np.inf)
    for p in range(query.shape[0]):
        if values[p] < out[query[p]]:
            out[query[p]] = values[p]
    for i in range(n):
        if np.isinf(out[i]):
            out[i] = np.nan
    return out


@njit(cache=True, nogil=True)
def by_query(query: Int32, values: Float64, n: int) -> tuple[NDArray[np.int64], Float64]:
    """Values that are not NaN, those of each query together and ascending: offsets (n+1,) and values."""
    offsets = np.zeros(n + 1, np.int64)
    for p in range(query.shape[0]):
        if values[p] == values[p]:
            offsets[query[p] + 1] += 1
    for i in range(n):
        offsets[i + 1] += offsets[i]
    cursor = offsets[:-1].copy()
    out = np.empty(offsets[n], np.float64)
    for p in range(query.shape[0]):
        v = values[p]
        if v == v:
            out[cursor[query[p]]] = v
            cursor[query[p]] += 1
    for i in range(n):
        lo, hi = offsets[i], offsets[i + 1]
        if hi - lo > 24:
            out[lo:hi] = np.sort(out[lo:hi])
        else:
            for j in range(lo + 1, hi):
                v = out[j]
                k = j
                while k > lo and out[k - 1] > v:
                    out[k] = out[k - 1]
                    k -= 1
                out[k] = v
    return offsets, out


@njit(cache=True, nogil=True)
def quantile(query: Int32, values: Float64, n: int, q: float) -> Float64:
    """Quantile by query (lower interpolation), NaN ignored; NaN where there is none."""
    offsets, ordered = by_query(query, values, n)
    out = np.full(n, np.nan)
    for i in range(n):
        number = offsets[i + 1] - offsets[i]
        if number > 0:
            out[i] = ordered[offsets[i] + np.int64(np.floor((number - 1) * q))]
    return out


@njit(cache=True, nogil=True)
def distinct(query: Int32, values: Float64, n: int) -> Float64:
    """Number of different values >= 0 by query."""
    offsets, ordered = by_query(query, values, n)
    out = np.zeros(n, np.float64)
    for i in range(n):
        last = -1.0
        for j in range(offsets[i], offsets[i + 1]):
            if ordered[j] >= 0 and ordered[j] > last:
                out[i] += 1.0
                last = ordered[j]
    return out


@njit(cache=True, nogil=True)
def pick(query: Int32, values: Float64, n: int, last: bool) -> Float64:
    """Value of each query's last (or first) pair; NaN where there is none."""
    out = np.full(n, np.nan)
    seen = np.zeros(n, np.bool_)
    for p in range(query.shape[0]):
        i = query[p]
        if last or not seen[i]:
            out[i] = values[p]
            seen[i] = True
    return out


@njit(cache=True, nogil=True)
def pick_by(query: Int32, values: Float64, by: Float64, n: int, last: bool) -> Float64:
    """Value of the pair with the largest (or smallest) `by`; the later (earlier) pair among equals, NaN smallest."""
    out = np.full(n, np.nan)
    best = np.full(n, np.nan)
    seen = np.zeros(n, np.bool_)
    for p in range(query.shape[0]):
        i = query[p]
        b = by[p] if by[p] == by[p] else -np.inf
        if not seen[i] or (last and b >= best[i]) or (not last and b < best[i]):
            out[i] = values[p]
            best[i] = b
            seen[i] = True
    return out
