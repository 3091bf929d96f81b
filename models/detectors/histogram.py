"""Histogram: how thin each column is where the row's value lies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.detectors._base import Arrays, Detector, Float
from models.detectors._tables import step

FEWEST_BINS, MOST_BINS = 8, 48
MOST_CATEGORIES = 64


class Histogram(Detector):
    """Values where their column is thin, in its middle as well as at its ends.

    Measures: surprisal of each value's density in its own column, summed.
    Learns from: each column's histogram; a column of at most 64 different values, many of them repeated, is counted
    value by value, any other in bins that hold equally many rows. A missing value adds the column's mean.
    Blind to: odd combinations of ordinary values.
    Formula: raw = sum_j ln(highest density of j / density of j at x_j); HBOS, Goldstein and Dengel 2012.
    Contributions: exact; the terms of the sum.
    """

    def _learn(self, x: Float, seed: int) -> None:
        at: list[Float] = []
        values: list[Float] = []
        self._neutral = np.zeros(x.shape[1])
        for j in range(x.shape[1]):
            known = np.sort(x[:, j][~np.isnan(x[:, j])])
            edges, surprisals, self._neutral[j] = _table(known)
            at.append(edges)
            values.append(surprisals)
        self._offsets = np.concatenate([[0], np.cumsum([len(v) for v in at])]).astype(np.int64)
        self._at, self._values = np.concatenate(at), np.concatenate(values)

    def _measure(self, x: Float) -> Float:
        return np.asarray(self._by_column(x).sum(axis=1))

    def _by_column(self, x: Float) -> Float:
        return np.asarray(step(x, self._offsets, self._at, self._values, self._neutral))

    def _learned(self) -> Arrays:
        return {"offsets": self._offsets, "at": self._at, "values": self._values, "neutral": self._neutral}

    def _recall(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._offsets, self._at = arrays["offsets"], arrays["at"]
        self._values, self._neutral = arrays["values"], arrays["neutral"]


def _table(known: Float) -> tuple[Float, Float, float]:
    """Left edges, surprisals and the mean surprisal of one column's sorted known values."""
    n = len(known)
    if not n:
        return known, known, 0.0
    distinct, counts = np.unique(known, return_counts=True)
    if len(distinct) <= min(MOST_CATEGORIES, max(2, n // 4)):
        return _by_value(distinct, counts)
    bins = int(np.clip(round(n**0.5), FEWEST_BINS, MOST_BINS))
    edges = np.unique(known[np.linspace(0, n - 1, bins + 1).round().astype(np.int64)])
    held = np.histogram(known, edges)[0]
    # A bin as narrow as its repeated value would be infinitely dense: no narrower than a tenth of an even share.
    typical = (known[round(0.95 * (n - 1))] - known[round(0.05 * (n - 1))]) or edges[-1] - edges[0]
    density = held / np.maximum(np.diff(edges), 0.1 * typical / bins)
    # Outside the training range: half a row in a bin as wide as the column.
    floor = 0.5 / (edges[-1] - edges[0])
    surprisals = np.log(density.max() / np.maximum(density, floor))
    mean = float((held * surprisals).sum() / n)
    outside = np.log(density.max() / floor)
    starts = np.concatenate([[-np.inf], edges[:-1], [np.nextafter(edges[-1], np.inf)]])
    return starts, np.concatenate([[outside], surprisals, [outside]]), mean


def _by_value(distinct: Float, counts: NDArray[np.int64]) -> tuple[Float, Float, float]:
    """Each value by itself; one never seen is half as likely as a value seen once."""
    surprisals = np.log(counts.max() / counts)
    unseen = float(np.log(counts.max() / 0.5))
    edges = np.concatenate([[-np.inf], np.stack([distinct, np.nextafter(distinct, np.inf)], axis=1).ravel()])
    values = np.concatenate([[unseen], np.stack([surprisals, np.full(len(distinct), unseen)], axis=1).ravel()])
    order = np.argsort(edges, kind="stable")
    return edges[order], values[order], float((counts * surprisals).sum() / counts.sum())
