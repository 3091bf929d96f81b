"""Steps whose result has a length of its own, and those that read the ledger's arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray, njit  # type: ignore[attr-defined]
from numpy.typing import NDArray

from features.recorded import _arrange as arrange
from features.recorded import _history as history
from features.recorded._codes import CODE
from features.recorded._memory import pointer

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Float64 = NDArray[np.float64]

OUTSIDE, UNEQUAL = -2, -3
_TAKE, _LEAF_I4, _LEAF_I8, _LEAF_F8 = CODE["TAKE"], CODE["LEAF_I4"], CODE["LEAF_I8"], CODE["LEAF_F8"]
_LEAF_F4, _COMPRESS, _WHERE_TRUE, _CONCAT = CODE["LEAF_F4"], CODE["COMPRESS"], CODE["WHERE_TRUE"], CODE["CONCAT"]
_FULL, _ARANGE, _REPEAT, _CUMSUM_F = CODE["FULL"], CODE["ARANGE"], CODE["REPEAT"], CODE["CUMSUM_F"]
_CUMSUM_I, _SORT_F, _SORT_I, _SLICE = CODE["CUMSUM_I"], CODE["SORT_F"], CODE["SORT_I"], CODE["SLICE"]
_REVERSE, _SCATTER, _PUT_MASK, _MIN_AT = CODE["REVERSE"], CODE["SCATTER"], CODE["PUT_MASK"], CODE["MIN_AT"]
_MAX_AT, _TALLY, _SEARCH_I8, _SEARCH_F8 = CODE["MAX_AT"], CODE["TALLY"], CODE["SEARCH_I8"], CODE["SEARCH_F8"]
_IS_IN, _UNIQUE = CODE["IS_IN"], CODE["UNIQUE"]


@njit(nogil=True)
def leaf_i4(address: Int64, length: Int64, k: int) -> Int32:
    """Leaf k as an array of int32."""
    found: Int32 = carray(pointer(address[k]), (length[k],), np.int32)
    return found


@njit(nogil=True)
def leaf_i8(address: Int64, length: Int64, k: int) -> Int64:
    """Leaf k as an array of int64."""
    found: Int64 = carray(pointer(address[k]), (length[k],), np.int64)
    return found


@njit(nogil=True)
def leaf_f8(address: Int64, length: Int64, k: int) -> Float64:
    """Leaf k as an array of float64."""
    found: Float64 = carray(pointer(address[k]), (length[k],), np.float64)
    return found


@njit(nogil=True)
def leaf_f4(address: Int64, length: Int64, k: int) -> NDArray[np.float32]:
    """Leaf k as an array of float32."""
    found: NDArray[np.float32] = carray(pointer(address[k]), (length[k],), np.float32)
    return found


@njit(nogil=True)
def leaf_i1(address: Int64, length: Int64, k: int) -> NDArray[np.int8]:
    """Leaf k as an array of int8 (or one byte of any kind)."""
    found: NDArray[np.int8] = carray(pointer(address[k]), (length[k],), np.int8)
    return found


@njit(nogil=True)
def from_leaf(op: int, m: Int64, f: Float64, o: int, at: int, n: int, address: Int64, length: Int64, k: int) -> int:
    """Values of a leaf at places; a negative place counts from the end."""
    size = length[k]
    for i in range(n):
        place = m[at + i]
        if place < 0:
            place += size
        if place < 0 or place >= size:
            return OUTSIDE
        if op == _LEAF_I4:
            m[o + i] = leaf_i4(address, length, k)[place]
        elif op == _LEAF_F8:
            f[o + i] = leaf_f8(address, length, k)[place]
        elif op == _LEAF_I8:
            m[o + i] = leaf_i8(address, length, k)[place]
        elif op == _LEAF_F4:
            f[o + i] = leaf_f4(address, length, k)[place]
        else:
            m[o + i] = leaf_i1(address, length, k)[place]
    return n


@njit(nogil=True)
def arranged(
    s: Int32, m: Int64, f: Float64, o: int, off: Int64, size: Int64, address: Int64, length: Int64, extra: Int32
) -> Any:
    """A step of `_arrange`; the length of its result, or below 0."""
    op = s[0]
    a, n = off[s[2]], size[s[2]]
    if op == _TAKE:
        return arrange.take(m, o, a, n, off[s[3]], size[s[3]])
    if op == _COMPRESS:
        return arrange.compress(m, o, a, off[s[3]], n) if size[s[3]] == n else UNEQUAL
    if op == _WHERE_TRUE:
        return arrange.where_true(m, o, a, n)
    if op == _CONCAT:
        k = 0
        for part in extra[s[3] : s[3] + s[4]]:
            for i in range(size[part]):
                m[o + k] = m[off[part] + i]
                k += 1
        return k
    if op == _FULL:
        for i in range(m[off[s[3]]]):
            m[o + i] = m[a]
        return max(m[off[s[3]]], 0)
    if op == _ARANGE:
        for i in range(m[a]):
            m[o + i] = i
        return max(m[a], 0)
    if op == _REPEAT:
        if s[4] == 1 and size[s[3]] != n:
            return UNEQUAL
        return arrange.repeat(m, o, a, off[s[3]], n, s[4])
    if op == _CUMSUM_I:
        total = np.int64(0)
        for i in range(n):
            total += m[a + i]
            m[o + i] = total
        return n
    if op == _CUMSUM_F:
        sum_ = 0.0
        for i in range(n):
            sum_ += f[a + i]
            f[o + i] = sum_
        return n
    if _SORT_F <= op <= _SORT_I:
        if size[s[3]] != n:
            return UNEQUAL
        arrange.sort_order(m, f, o, a, off[s[3]], n, op == _SORT_F)
        return n
    if op == _SLICE:
        start = s[3] if s[3] >= 0 else max(n + s[3], 0)
        stop = min(s[4], n) if s[4] >= 0 else n + s[4]
        if s[5] == 1:
            stop = n
        k = 0
        for i in range(start, stop):
            m[o + k] = m[a + i]
            k += 1
        return k
    if op == _REVERSE:
        for i in range(n):
            m[o + i] = m[a + n - 1 - i]
        return n
    if op == _SCATTER:
        if s[5] == 1 and size[s[4]] != size[s[3]]:
            return UNEQUAL
        return arrange.scatter(m, o, a, n, off[s[3]], size[s[3]], off[s[4]], s[5])
    if op == _PUT_MASK:
        if size[s[3]] != n:
            return UNEQUAL
        return arrange.put_mask(m, o, a, n, off[s[3]], off[s[4]], s[5])
    if _MIN_AT <= op <= _MAX_AT:
        return arrange.extreme_at(m, f, o, a, n, off[s[3]], size[s[3]], off[s[4]], s[5], op == _MIN_AT)
    if op == _TALLY:
        return arrange.tally(m, o, a, n, m[off[s[3]]])
    if op == _IS_IN:
        return arrange.is_in(m, o, a, n, off[s[3]], size[s[3]])
    if op == _UNIQUE:
        return arrange.distinct_sorted(m, o, a, n)
    if op == _SEARCH_I8:
        values = leaf_i8(address, length, s[3])
        for i in range(n):
            m[o + i] = history.search(values, m[a + i], s[4] == 1)
        return n
    if op == _SEARCH_F8:
        numbers = leaf_f8(address, length, s[3])
        for i in range(n):
            m[o + i] = history.search(numbers, f[a + i], s[4] == 1)
        return n
    return OUTSIDE
