"""Covariance: how far a row breaks the dependence between columns."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.detectors._base import Arrays, Detector, Float
from models.detectors._tables import interpolate, ranks

KNOTS = 384


class Covariance(Detector):
    """Ordinary values that do not go together.

    Measures: squared Mahalanobis distance after each column was given a normal shape by its ranks.
    Learns from: the ranks' correlation, shrunk towards independence (Ledoit and Wolf 2004); missing values are the
    median, in learning too.
    Blind to: dependence that is no correlation of ranks (a ring, a product), and how far beyond the others a value is.
    Formula: raw = z' S^-1 z, z_j = normal quantile of the mid-rank of x_j, S = (1 - a) corr(z) + a I.
    Contributions: exact; z_j (S^-1 z)_j, which is below zero for a column that makes another's value expected.
    """

    def _learn(self, x: Float, seed: int) -> None:
        at: list[Float] = []
        values: list[Float] = []
        for j in range(x.shape[1]):
            known = np.sort(x[:, j][~np.isnan(x[:, j])])
            n = len(known)
            knots = np.unique(known[ranks(n, KNOTS)]) if n else known
            below, upto = np.searchsorted(known, knots, side="left"), np.searchsorted(known, knots, side="right")
            at.append(knots)
            values.append(_normal(((below + upto) / 2.0) / max(n, 1)))
        self._offsets = np.concatenate([[0], np.cumsum([len(v) for v in at])]).astype(np.int64)
        self._at, self._values = np.concatenate(at), np.concatenate(values)
        z = self._shaped(np.ascontiguousarray(x))
        spread = z.std(axis=0)
        self._shift, self._scale = z.mean(axis=0), np.where(spread > 1e-9, spread, 1.0)
        z = (z - self._shift) / self._scale
        n, d = z.shape
        s = z.T @ z / n
        gap = float(((s - np.eye(d)) ** 2).sum())
        noise = float(((z**2).T @ (z**2)).sum() / n - (s**2).sum()) / n
        shrunk = min(1.0, max(noise / gap, 0.0)) if gap > 0 else 1.0
        # Never fully trusted: a column that repeats another would make the smallest rounding infinitely odd.
        shrunk = max(shrunk, 0.01)
        self._precision = np.linalg.inv((1 - shrunk) * s + shrunk * np.eye(d))

    def _shaped(self, x: Float) -> Float:
        return np.asarray(interpolate(x, self._offsets, self._at, self._values, 0.0))

    def _by_column(self, x: Float) -> Float:
        z = (self._shaped(x) - self._shift) / self._scale
        return np.asarray(_split(np.ascontiguousarray(z), np.ascontiguousarray(self._precision)))

    def _measure(self, x: Float) -> Float:
        return np.asarray(self._by_column(x).sum(axis=1))

    def _learned(self) -> Arrays:
        return {
            "offsets": self._offsets,
            "at": self._at,
            "values": self._values,
            "shift": self._shift,
            "scale": self._scale,
            "precision": self._precision,
        }

    def _recall(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._offsets, self._at, self._values = arrays["offsets"], arrays["at"], arrays["values"]
        self._shift, self._scale, self._precision = arrays["shift"], arrays["scale"], arrays["precision"]


@njit(cache=True, nogil=True)
def _split(z: Float, precision: Float) -> Float:
    """z_j (S^-1 z)_j of each row, summed in one fixed order.

    A library's matrix product rounds differently for other numbers of rows, and where many training rows tie the
    smallest rounding is a different share of them.
    """
    n, d = z.shape
    out = np.zeros((n, d))
    for i in range(n):
        for k in range(d):
            for j in range(d):
                out[i, j] += z[i, k] * precision[k, j]
        for j in range(d):
            out[i, j] *= z[i, j]
    return out


def _normal(share: Float) -> Float:
    """Normal quantiles of shares (k,), all strictly between 0 and 1."""
    inverse = NormalDist().inv_cdf
    return np.array([inverse(p) for p in share.tolist()])
