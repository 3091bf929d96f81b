"""Empirical tails: how rare it is, column by column, to be this low or this high."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.detectors._base import Arrays, Detector, Float
from models.detectors._tables import Index, ranks

KNOTS = 1536


@njit(cache=True, nogil=True)
def _tails(x: Float, offsets: Index, at: Float, left: Float, right: Float, neutral: Float) -> tuple[Float, Float]:
    """Surprisals of both tails of a chunk (m, d): (m, d) each. A value between two knots takes the likelier side."""
    rows, width = x.shape
    low_tail, high_tail = np.empty((rows, width)), np.empty((rows, width))
    for j in range(width):
        a, b = offsets[j], offsets[j + 1]
        for i in range(rows):
            v = x[i, j]
            if b == a or np.isnan(v):
                low_tail[i, j], high_tail[i, j] = neutral[j, 0], neutral[j, 1]
            elif v < at[a]:
                low_tail[i, j], high_tail[i, j] = left[a] + 0.6931471805599453, 0.0
            else:
                low, high = a, b
                while high - low > 1:
                    middle = (low + high) >> 1
                    if at[middle] <= v:
                        low = middle
                    else:
                        high = middle
                low_tail[i, j] = left[low]
                if at[low] == v:
                    high_tail[i, j] = right[low]
                elif low + 1 < b:
                    high_tail[i, j] = right[low + 1]
                else:
                    high_tail[i, j] = right[low] + 0.6931471805599453
    return low_tail, high_tail


class EmpiricalTails(Detector):
    """Values far out in their columns' own tails.

    Measures: surprisal of each value in its column's lower or upper tail, summed.
    Learns from: each column's empirical distribution, kept as up to 1536 knots; a missing value adds the mean.
    Blind to: rare values in the middle of a column, and odd combinations of ordinary values.
    Formula: raw = max(sum_j -ln F_j(x_j), sum_j -ln (1 - F_j(x_j-)), sum_j of the tail the skewness of j points to);
    ECOD, Li et al. 2022. Beyond the training values a tail is half as likely as its last row.
    Contributions: exact; the terms of the sum that was largest.
    """

    def _learn(self, x: Float, seed: int) -> None:
        at: list[Float] = []
        left: list[Float] = []
        right: list[Float] = []
        self._neutral = np.zeros((x.shape[1], 2))
        self._negative = np.zeros(x.shape[1], np.bool_)
        for j in range(x.shape[1]):
            known = np.sort(x[:, j][~np.isnan(x[:, j])])
            n = len(known)
            values = np.unique(known[ranks(n, KNOTS)]) if n else known
            below = np.searchsorted(known, values, side="left")
            upto = np.searchsorted(known, values, side="right")
            at.append(values)
            left.append(-np.log(upto / max(n, 1)))
            right.append(-np.log((n - below) / max(n, 1)))
            if n:
                weight = np.diff(np.append(below, n)) / n
                self._neutral[j] = (weight * left[-1]).sum(), (weight * right[-1]).sum()
                scaled = known / max(float(np.abs(known).max()), 1e-300)
                scaled = scaled - scaled.mean()
                self._negative[j] = (scaled**3).mean() < 0
        self._offsets = np.concatenate([[0], np.cumsum([len(v) for v in at])]).astype(np.int64)
        self._at, self._left, self._right = np.concatenate(at), np.concatenate(left), np.concatenate(right)

    def _both(self, x: Float) -> tuple[Float, Float, Float]:
        low, high = _tails(x, self._offsets, self._at, self._left, self._right, self._neutral)
        return low, high, np.where(self._negative, low, high)

    def _measure(self, x: Float) -> Float:
        low, high, skewed = self._both(x)
        return np.asarray(np.stack([low.sum(axis=1), high.sum(axis=1), skewed.sum(axis=1)]).max(axis=0))

    def _by_column(self, x: Float) -> Float:
        tails = np.stack(self._both(x))
        return np.asarray(tails[tails.sum(axis=2).argmax(axis=0), np.arange(len(x))])

    def _learned(self) -> Arrays:
        return {
            "offsets": self._offsets,
            "at": self._at,
            "left": self._left,
            "right": self._right,
            "neutral": self._neutral,
            "negative": self._negative,
        }

    def _recall(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._offsets, self._at = arrays["offsets"], arrays["at"]
        self._left, self._right = arrays["left"], arrays["right"]
        self._neutral, self._negative = arrays["neutral"], arrays["negative"]
