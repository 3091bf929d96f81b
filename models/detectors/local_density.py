"""Local density: how much thinner it is around a row than around its neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.detectors._base import Arrays, Detector, Float
from models.detectors._near import Sample

SAMPLE = 1024
NEIGHBOURS = 20


class LocalDensity(Detector):
    """Rows lonelier than their neighbours are.

    Measures: mean squared distance to 20 neighbours, beside the same of those neighbours.
    Learns from: 1024 rows and the distance of each to its own neighbours in that sample.
    Blind to: a group of odd rows as dense as others; rows in a thin region where all are lonely.
    Formula: raw = mean over k of (d^2(x, k) / mean over k of own d^2(k)); a simplified LOF, Breunig et al. 2000.
    Contributions: exact; each column's part of the squared distances.
    """

    def _learn(self, x: Float, seed: int) -> None:
        self._sample = Sample.of(x, SAMPLE)
        own = self._sample.nearest(self._sample.rows, NEIGHBOURS)[1].mean(axis=1)
        # Rows repeated many times have neighbours at no distance: no closer than a hundredth of the usual.
        self._own = np.maximum(own, max(float(np.mean(own)) * 0.01, 1e-12))

    def _near(self, x: Float) -> tuple[NDArray[np.float32], NDArray[np.int32], Float, Float]:
        z = self._sample.scaled(x)
        order, far = self._sample.nearest(z, NEIGHBOURS)
        return z, order, far, self._own[order].mean(axis=1)

    def _measure(self, x: Float) -> Float:
        _, _, far, usual = self._near(x)
        return np.asarray(far.mean(axis=1) / usual)

    def _by_column(self, x: Float) -> Float:
        z, order, far, usual = self._near(x)
        out = np.zeros(x.shape)
        for t in range(order.shape[1]):
            out += (z.astype(np.float64) - self._sample.rows[order[:, t]]) ** 2
        return np.asarray(out / (far.shape[1] * usual)[:, None])

    def _learned(self) -> Arrays:
        return {**self._sample.to_arrays(), "own": self._own}

    def _recall(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._sample = Sample.from_arrays(arrays)
        self._own = arrays["own"]
