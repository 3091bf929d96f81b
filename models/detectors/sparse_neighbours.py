"""Sparse neighbours: how far a row lies from the nearest of a handful of others, over many handfuls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.detectors._base import Arrays, Detector, Float
from models.detectors._near import Sample, Single

HANDFULS = 32
SIZE = 16


@njit(cache=True, nogil=True)
def _nearest_of_each(
    products: Single, norms: Single, x: Single, sample: Single, size: int, by_column: bool
) -> tuple[Float, Float]:
    """Mean distance (m,) to the nearest of each handful of `size` sample rows, and, where asked, what each column
    adds (m, d).

    Of equal rows (distance 0) the second nearest counts: the row may be one of the sample.
    """
    rows, total = products.shape
    width = x.shape[1]
    handfuls = total // size
    far = np.zeros(rows)
    adds = np.zeros((rows, width if by_column else 0))
    near = np.empty(2, np.int64)
    for i in range(rows):
        for h in range(handfuls):
            first, second = np.float32(np.inf), np.float32(np.inf)
            near[0], near[1] = -1, -1
            for s in range(h * size, (h + 1) * size):
                value = norms[s] - np.float32(2.0) * products[i, s]
                if value < first:
                    second, near[1] = first, near[0]
                    first, near[0] = value, s
                elif value < second:
                    second, near[1] = value, s
            # Rounding may put the two in the wrong order: the smaller exact distance that is not 0 counts.
            best, which = np.inf, -1
            for t in range(2):
                if near[t] < 0:
                    continue
                square = 0.0
                for j in range(width):
                    gap = np.float64(x[i, j]) - np.float64(sample[near[t], j])
                    square += gap * gap
                if 0.0 < square < best:
                    best, which = square, near[t]
            if which < 0:
                continue
            distance = np.sqrt(best)
            far[i] += distance / handfuls
            for j in range(adds.shape[1]):
                gap = np.float64(x[i, j]) - np.float64(sample[which, j])
                adds[i, j] += gap * gap / (distance * handfuls)
    return far, adds


class SparseNeighbours(Detector):
    """Rows far from most of what there is, even where a few of their own kind are near.

    Measures: mean distance to the nearest of 16 rows, over 32 handfuls; so few that rare rows are seldom among them.
    Learns from: 512 rows in handfuls of 16, on the scale of all; one handful where there are fewer than 32 rows.
    Blind to: oddness within a dense region, and a group of odd rows as large as the usual ones.
    Formula: raw = mean over handfuls of min over k of |z - z_k|; Sugiyama and Borgwardt 2013, averaged.
    Contributions: exact; each column's part of the squared distance, over the distance.
    """

    def _learn(self, x: Float, seed: int) -> None:
        sample = Sample.of(x, HANDFULS * SIZE)
        self._size = min(SIZE, len(sample.rows))
        whole = len(sample.rows) // self._size * self._size
        self._sample = Sample(sample.middle, sample.spread, np.ascontiguousarray(sample.rows[:whole]))

    def _both(self, x: Float, *, by_column: bool) -> tuple[Float, Float]:
        z, kept = self._sample.scaled(x), self._sample
        far, adds = _nearest_of_each(z @ kept.rows.T, kept.norms, z, kept.rows, self._size, by_column)
        return np.asarray(far), np.asarray(adds)

    def _measure(self, x: Float) -> Float:
        return self._both(x, by_column=False)[0]

    def _by_column(self, x: Float) -> Float:
        return self._both(x, by_column=True)[1]

    def _learned(self) -> Arrays:
        return {**self._sample.to_arrays(), "size": np.array([self._size])}

    def _recall(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._sample = Sample.from_arrays(arrays)
        self._size = int(arrays["size"][0])
