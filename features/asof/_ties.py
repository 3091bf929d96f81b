"""Compiled sorting inside runs of rows that tie, column by column. Rows that already lie in order cost one look."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
Bool = NDArray[np.bool_]
Letters = NDArray[np.uint8]


@njit(cache=True, nogil=True)
def is_identity(order: Int64) -> bool:
    """Whether a permutation moves nothing."""
    for i in range(order.shape[0]):  # noqa: SIM110 - numba compiles the loop, not a generator
        if order[i] != i:
            return False
    return True


@njit(cache=True, nogil=True)
def _compare(starts: Int64, letters: Letters, one: int, two: int) -> int:
    """Below 0, 0 or above 0 as text `one` sorts before, with or after text `two`, byte by byte."""
    a, b = starts[one], starts[two]
    end_a, end_b = starts[one + 1], starts[two + 1]
    while a < end_a and b < end_b:
        if letters[a] != letters[b]:
            return -1 if letters[a] < letters[b] else 1
        a += 1
        b += 1
    return int((end_a - a) - (end_b - b))


@njit(cache=True, nogil=True)
def settle_texts(order: Int64, tied: Bool, starts: Int64, letters: Letters) -> None:
    """Sort each run of tied rows by text in place; afterwards only rows of equal text tie."""
    n = order.shape[0]
    spare = np.empty(0, np.int64)
    lo = 0
    while lo < n:
        hi = lo + 1
        while hi < n and tied[hi]:
            hi += 1
        if hi - lo > 1:
            in_order = True
            for j in range(lo + 1, hi):
                if _compare(starts, letters, order[j - 1], order[j]) > 0:
                    in_order = False
                    break
            if not in_order:
                if spare.shape[0] < hi - lo:
                    spare = np.empty(hi - lo, np.int64)
                width = 1
                while width < hi - lo:
                    left = lo
                    while left < hi:
                        middle, right = min(left + width, hi), min(left + 2 * width, hi)
                        i, j, out = left, middle, 0
                        while i < middle or j < right:
                            if j >= right or (i < middle and _compare(starts, letters, order[i], order[j]) <= 0):
                                spare[out] = order[i]
                                i += 1
                            else:
                                spare[out] = order[j]
                                j += 1
                            out += 1
                        order[left:right] = spare[:out]
                        left = right
                    width *= 2
            for j in range(lo + 1, hi):
                tied[j] = _compare(starts, letters, order[j - 1], order[j]) == 0
        lo = hi


@njit(cache=True, nogil=True)
def settle_numbers(order: Int64, tied: Bool, values: Float64) -> None:
    """The same by numbers."""
    n = order.shape[0]
    lo = 0
    while lo < n:
        hi = lo + 1
        while hi < n and tied[hi]:
            hi += 1
        if hi - lo > 1:
            in_order = True
            for j in range(lo + 1, hi):
                if values[order[j - 1]] > values[order[j]]:
                    in_order = False
                    break
            if not in_order:
                run = order[lo:hi].copy()
                order[lo:hi] = run[np.argsort(values[run], kind="mergesort")]
            for j in range(lo + 1, hi):
                tied[j] = values[order[j - 1]] == values[order[j]]
        lo = hi
