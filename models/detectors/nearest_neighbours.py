"""Nearest neighbours: how far a row lies from the closest of a stored sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.detectors._base import Arrays, Detector, Float
from models.detectors._near import Sample

SAMPLE = 1024
NEIGHBOURS = 10


class NearestNeighbours(Detector):
    """Rows with nobody near.

    Measures: mean squared distance to the 10 nearest of a stored sample.
    Learns from: 1024 rows on the scale of all; a row that equals one of the sample skips it, being perhaps that row.
    Blind to: a group of odd rows larger than the neighbours asked for, and a row between clusters of unlike density.
    Formula: raw = mean over k of sum_j (z_j - z_kj)^2, z scaled to the spread of each column's middle 98 %.
    Contributions: exact; each column's part of the squared distances.
    """

    def _learn(self, x: Float, seed: int) -> None:
        self._sample = Sample.of(x, SAMPLE)

    def _measure(self, x: Float) -> Float:
        return np.asarray(self._sample.nearest(self._sample.scaled(x), NEIGHBOURS)[1].mean(axis=1))

    def _by_column(self, x: Float) -> Float:
        z = self._sample.scaled(x)
        order, _ = self._sample.nearest(z, NEIGHBOURS)
        out = np.zeros(x.shape)
        for t in range(order.shape[1]):
            out += (z.astype(np.float64) - self._sample.rows[order[:, t]]) ** 2
        return np.asarray(out / order.shape[1])

    def _learned(self) -> Arrays:
        return self._sample.to_arrays()

    def _recall(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._sample = Sample.from_arrays(arrays)
