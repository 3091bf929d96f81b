"""Scaled rows, and the nearest of a stored sample: what the two detectors by distance share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.detectors._base import Arrays, Float, filled, medians

Single = NDArray[np.float32]
Nearest = NDArray[np.int32]
FAR = 12.0


@njit(cache=True, nogil=True)
def _nearest(products: Single, norms: Single, k: int) -> Nearest:
    """Indices (m, k) of the k smallest |r|^2 - 2 x.r in each row; equal ones by index."""
    rows, size = products.shape
    out = np.empty((rows, k), np.int32)
    best = np.empty(k, np.float32)
    for i in range(rows):
        held = 0
        for s in range(size):
            value = norms[s] - np.float32(2.0) * products[i, s]
            if held == k and value >= best[k - 1]:
                continue
            at = min(held, k - 1)
            while at > 0 and best[at - 1] > value:
                best[at] = best[at - 1]
                out[i, at] = out[i, at - 1]
                at -= 1
            best[at] = value
            out[i, at] = s
            held = min(held + 1, k)
    return out


@njit(cache=True, nogil=True)
def _exact(x: Single, sample: Single, near: Nearest) -> tuple[Nearest, Float]:
    """The nearest in order of their exact squared distances, without one the row equals; (m, k - 1) each."""
    rows, k = near.shape
    order = np.empty((rows, k - 1), np.int32)
    far = np.empty((rows, k - 1))
    found = np.empty(k)
    for i in range(rows):
        for t in range(k):
            total = 0.0
            for j in range(x.shape[1]):
                gap = np.float64(x[i, j]) - np.float64(sample[near[i, t], j])
                total += gap * gap
            found[t] = total
        by = np.argsort(found)
        skip = 1 if found[by[0]] == 0.0 else 0
        for t in range(k - 1):
            order[i, t] = near[i, by[t + skip]]
            far[i, t] = found[by[t + skip]]
    return order, far


class Sample:
    """A scaled sample of the training rows. Distances between rows are of columns scaled to their own spread.

    The spread is the standard deviation within the middle 98 % (of all, where that has none); a value counts as at
    most 12 of them from the median, and a missing one as the median.
    """

    def __init__(self, middle: Float, spread: Float, rows: Single) -> None:
        self.middle = middle
        self.spread = spread
        self.rows = rows
        self.norms = (rows * rows).sum(axis=1)

    @classmethod
    def of(cls, x: Float, size: int) -> Self:
        """The first `size` rows of a canonical matrix, on the scale of all of them."""
        middle = medians(x)
        full = filled(x, middle)
        low, high = np.quantile(full, [0.01, 0.99], axis=0)
        inner = np.clip(full, low, high).std(axis=0)
        spread = np.where(inner > 0, inner, full.std(axis=0))
        spread = np.where(spread > 0, spread, np.maximum(np.abs(middle), 1.0) * 1e-3)
        made = cls(middle, spread, np.zeros((0, x.shape[1]), np.float32))
        return cls(middle, spread, made.scaled(x[:size]))

    def scaled(self, x: Float) -> Single:
        """Rows (m, d) on the sample's scale."""
        with np.errstate(over="ignore"):  # what overflows is clipped next
            z = (filled(x, self.middle) - self.middle) / self.spread
        return np.ascontiguousarray(np.clip(z, -FAR, FAR), dtype=np.float32)

    def nearest(self, z: Single, k: int) -> tuple[Nearest, Float]:
        """Indices and squared distances (m, k) of the nearest of the sample, without one the row itself may be."""
        k = min(k, len(self.rows) - 1)
        near = _nearest(z @ self.rows.T, self.norms, k + 1)
        order, far = _exact(z, self.rows, near)
        return order, far

    def to_arrays(self) -> Arrays:
        """The sample as arrays."""
        return {"middle": self.middle, "spread": self.spread, "rows": self.rows}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The sample that `to_arrays` kept."""
        return cls(arrays["middle"], arrays["spread"], arrays["rows"])
