"""Distinct rows of several whole-number columns, in order of first appearance."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Int64 = NDArray[np.int64]

_MIX = np.uint64(0x9E3779B97F4A7C15)


def number_rows(columns: list[Int64]) -> tuple[Int64, Int64]:
    """First position of each distinct row, and the number of the distinct row at each position.

    >>> number_rows([np.array([7, 7, 5]), np.array([1, 1, 1])])
    (array([0, 2]), array([0, 0, 1]))
    """
    stacked = np.ascontiguousarray(np.column_stack(columns), dtype=np.int64)
    return number_stacked(stacked)


@njit(cache=True, nogil=True)
def number_stacked(stacked: Int64) -> tuple[Int64, Int64]:
    """Open addressing by a mixed hash; every candidate is compared in full."""
    n, width = stacked.shape
    size = 16
    while size < 2 * n:
        size *= 2
    mask = np.uint64(size - 1)
    slots = np.full(size, -1, np.int64)
    first = np.empty(n, np.int64)
    inverse = np.empty(n, np.int64)
    total = 0
    for i in range(n):
        h = np.uint64(0)
        for k in range(width):
            h = (h ^ np.uint64(stacked[i, k])) * _MIX
            h ^= h >> np.uint64(29)
        place = h & mask
        while True:
            found = slots[place]
            if found < 0:
                slots[place] = total
                first[total] = i
                inverse[i] = total
                total += 1
                break
            same = True
            for k in range(width):
                if stacked[first[found], k] != stacked[i, k]:
                    same = False
                    break
            if same:
                inverse[i] = found
                break
            place = (place + np.uint64(1)) & mask
    return first[:total].copy(), inverse
