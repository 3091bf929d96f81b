"""Steps that take, place, sort and count values. Each writes its result at `o` and gives the result's length.

`m` is the memory as whole numbers, `f` the same memory as float64. What numpy raises IndexError for gives `OUTSIDE`.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.asof._cells import number_stacked

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

OUTSIDE = -2
SMALL = 24
"""Up to this many values insertion is quicker than a sort that allocates."""


@njit(nogil=True)
def take(m: Int64, o: int, a: int, size: int, at: int, n: int) -> int:
    """Values at places; a negative place counts from the end."""
    for i in range(n):
        place = m[at + i]
        if place < 0:
            place += size
        if place < 0 or place >= size:
            return OUTSIDE
        m[o + i] = m[a + place]
    return n


@njit(nogil=True)
def compress(m: Int64, o: int, a: int, mask: int, n: int) -> int:
    """Values where the mask is true."""
    k = 0
    for i in range(n):
        if m[mask + i] != 0:
            m[o + k] = m[a + i]
            k += 1
    return k


@njit(nogil=True)
def where_true(m: Int64, o: int, mask: int, n: int) -> int:
    """Places where the mask is true."""
    k = 0
    for i in range(n):
        if m[mask + i] != 0:
            m[o + k] = i
            k += 1
    return k


@njit(nogil=True)
def repeat(m: Int64, o: int, a: int, counts: int, n: int, step: int) -> int:
    """Each value as often as its count."""
    k = 0
    for i in range(n):
        for _ in range(m[counts + i * step]):
            m[o + k] = m[a + i]
            k += 1
    return k


@njit(nogil=True)
def sort_order(m: Int64, f: Float64, o: int, order: int, key: int, n: int, floats: bool) -> None:
    """The places in `order` sorted by their key, order among equals kept; NaN last."""
    for i in range(n):
        m[o + i] = m[order + i]
    if n > SMALL:
        if floats:
            keys = np.empty(n, np.float64)
            for i in range(n):
                keys[i] = f[key + m[o + i]]
            found = np.argsort(keys, kind="mergesort")
        else:
            wholes = np.empty(n, np.int64)
            for i in range(n):
                wholes[i] = m[key + m[o + i]]
            found = np.argsort(wholes, kind="mergesort")
        for i in range(n):
            m[o + i] = m[order + found[i]]
        return
    for p in range(1, n):
        place = m[o + p]
        k = p
        while k > 0:
            before = m[o + k - 1]
            if floats:
                x, y = f[key + place], f[key + before]
                if not (x < y or (y != y and x == x)):
                    break
            elif not m[key + place] < m[key + before]:
                break
            m[o + k] = before
            k -= 1
        m[o + k] = place


@njit(nogil=True)
def scatter(m: Int64, o: int, a: int, n: int, at: int, places: int, value: int, step: int) -> int:
    """A copy of the values with others put at places; of equal places the last counts."""
    for i in range(n):
        m[o + i] = m[a + i]
    for i in range(places):
        place = m[at + i]
        if place < 0:
            place += n
        if place < 0 or place >= n:
            return OUTSIDE
        m[o + place] = m[value + i * step]
    return n


@njit(nogil=True)
def put_mask(m: Int64, o: int, a: int, n: int, mask: int, value: int, step: int) -> int:
    """A copy of the values with the next of others put wherever the mask is true."""
    k = 0
    for i in range(n):
        if m[mask + i] != 0:
            m[o + i] = m[value + k * step]
            k += 1
        else:
            m[o + i] = m[a + i]
    return n


@njit(nogil=True)
def extreme_at(
    m: Int64, f: Float64, o: int, a: int, n: int, at: int, places: int, value: int, step: int, least: bool
) -> int:
    """A copy with the smaller (or larger) of each value and those put at its place; NaN wins, as in numpy."""
    for i in range(n):
        m[o + i] = m[a + i]
    for i in range(places):
        place = m[at + i]
        if place < 0:
            place += n
        if place < 0 or place >= n:
            return OUTSIDE
        x, y = f[o + place], f[value + i * step]
        if x != x:
            continue
        if y != y or (least and y < x) or (not least and y > x):
            f[o + place] = y
    return n


@njit(nogil=True)
def tally(m: Int64, o: int, a: int, n: int, least: int) -> int:
    """How often each whole number from 0 occurs; at least `least` long."""
    size = least
    for i in range(n):
        if m[a + i] < 0:
            return OUTSIDE
        size = max(size, m[a + i] + 1)
    for k in range(size):
        m[o + k] = 0
    for i in range(n):
        m[o + m[a + i]] += 1
    return size


@njit(nogil=True)
def is_in(m: Int64, o: int, a: int, n: int, b: int, others: int) -> int:
    """Whether each whole number is among others."""
    if n > SMALL and others > SMALL:
        ordered = np.sort(m[b : b + others])
        for i in range(n):
            place = np.searchsorted(ordered, m[a + i])
            m[o + i] = 1 if place < others and ordered[place] == m[a + i] else 0
        return n
    for i in range(n):
        m[o + i] = 0
        for k in range(others):
            if m[a + i] == m[b + k]:
                m[o + i] = 1
                break
    return n


@njit(nogil=True)
def cells(m: Int64, first: int, inverse: int, columns: Int64, n: int) -> int:
    """First place of each distinct row of the columns, in order of appearance, and each place's distinct row."""
    if n > SMALL:
        stacked = np.empty((n, columns.shape[0]), np.int64)
        for i in range(n):
            for c in range(columns.shape[0]):
                stacked[i, c] = m[columns[c] + i]
        places, numbers = number_stacked(stacked)
        m[first : first + places.shape[0]] = places
        m[inverse : inverse + n] = numbers
        return len(places)
    k = 0
    for i in range(n):
        found = -1
        for j in range(k):
            same = True
            for c in columns:
                if m[c + m[first + j]] != m[c + i]:
                    same = False
                    break
            if same:
                found = j
                break
        if found < 0:
            found = k
            m[first + k] = i
            k += 1
        m[inverse + i] = found
    return k


@njit(nogil=True)
def distinct_sorted(m: Int64, o: int, a: int, n: int) -> int:
    """The different whole numbers, ascending."""
    if n > SMALL:
        ordered = np.unique(m[a : a + n])
        m[o : o + ordered.shape[0]] = ordered
        return len(ordered)
    k = 0
    for i in range(n):
        v = m[a + i]
        lo, hi = 0, k
        while lo < hi:
            mid = (lo + hi) >> 1
            if m[o + mid] < v:
                lo = mid + 1
            else:
                hi = mid
        if lo < k and m[o + lo] == v:
            continue
        for j in range(k, lo, -1):
            m[o + j] = m[o + j - 1]
        m[o + lo] = v
        k += 1
    return k
