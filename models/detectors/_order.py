"""One order of rows and columns that depends on what they hold, so that neither shuffling changes what is learned.

A column's hash is the sum of its mixed values: the same in any order of rows. A row's hash is the sum of its values
mixed with their columns' hashes: the same in any order of columns. Sorting by them gives a canonical matrix; a sample
of rows is the first so many of it. Equal columns may change places with one another, and equal rows: nothing differs.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Float = NDArray[np.float64]
Index = NDArray[np.int64]
Hashes = NDArray[np.uint64]


@njit(cache=True, nogil=True)
def mix(z: np.uint64) -> np.uint64:
    """The finaliser of splitmix64: every bit of the answer depends on every bit given."""
    z = np.uint64(z + np.uint64(0x9E3779B97F4A7C15))
    z = np.uint64((z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9))
    z = np.uint64((z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB))
    return np.uint64(z ^ (z >> np.uint64(31)))


@njit(cache=True, nogil=True)
def _hashes(bits: Hashes, seed: np.uint64) -> tuple[Hashes, Hashes]:
    rows, width = bits.shape
    by_column = np.zeros(width, np.uint64)
    by_row = np.zeros(rows, np.uint64)
    for i in range(rows):
        for j in range(width):
            by_column[j] = np.uint64(by_column[j] + mix(bits[i, j]))
    for i in range(rows):
        total = np.uint64(0)
        for j in range(width):
            total = np.uint64(total + mix(np.uint64(bits[i, j] ^ mix(by_column[j]))))
        by_row[i] = mix(np.uint64(total ^ mix(seed)))
    return by_column, by_row


def canonical(x: Float, seed: int) -> tuple[Index, Index]:
    """Rows and columns of `x` (n, d) in their canonical order; the seed changes that of the rows only."""
    plain = np.where(np.isnan(x), np.nan, x + 0.0)  # one bit pattern for missing, one for zero
    by_column, by_row = _hashes(np.ascontiguousarray(plain).view(np.uint64), np.uint64(seed % 2**63))
    return np.argsort(by_row, kind="stable"), np.argsort(by_column, kind="stable")
