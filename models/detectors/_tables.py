"""Tables of single columns, kept flat, and the compiled passes that look values up in them.

Column j owns the knots `offsets[j]` to `offsets[j + 1]` of `at`, rising, and the same of `values`.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Float = NDArray[np.float64]
Index = NDArray[np.int64]


def ranks(size: int, most: int) -> Index:
    """Ranks of at most about `most` of `size` sorted values: all of a few, else dense towards both ends."""
    if size <= most:
        return np.arange(size)
    tail = np.geomspace(1, size / 2, most // 3) - 1
    spread = np.concatenate([tail, size - 1 - tail, np.linspace(0, size - 1, most // 3)])
    return np.unique(spread.round().astype(np.int64))


@njit(cache=True, nogil=True)
def _place(at: Float, a: int, b: int, v: float) -> int:
    """The last of `at[a:b]` not above v, or a."""
    low, high = a, b
    while high - low > 1:
        middle = (low + high) >> 1
        if at[middle] <= v:
            low = middle
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def interpolate(x: Float, offsets: Index, at: Float, values: Float, missing: float) -> Float:
    """Straight lines between the knots of each column of a chunk (m, d), level beyond them; (m, d)."""
    rows, width = x.shape
    out = np.empty((rows, width))
    for j in range(width):
        a, b = offsets[j], offsets[j + 1]
        for i in range(rows):
            v = x[i, j]
            if b == a or np.isnan(v):
                out[i, j] = missing
                continue
            low = _place(at, a, b, v)
            out[i, j] = values[low]
            if low + 1 < b and v > at[low]:
                share = (v - at[low]) / (at[low + 1] - at[low])
                out[i, j] += share * (values[low + 1] - values[low])
    return out


@njit(cache=True, nogil=True)
def step(x: Float, offsets: Index, at: Float, values: Float, neutral: Float) -> Float:
    """The value of the last knot not above each value of a chunk (m, d); `neutral` (d,) where missing; (m, d)."""
    rows, width = x.shape
    out = np.empty((rows, width))
    for j in range(width):
        a, b = offsets[j], offsets[j + 1]
        for i in range(rows):
            v = x[i, j]
            if b == a or np.isnan(v):
                out[i, j] = neutral[j]
            else:
                out[i, j] = values[_place(at, a, b, v)]
    return out
