"""Figures with 95 % intervals that know that payments of one ring are not independent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]
Z = 1.96
ENDS = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval; None where it cannot be told."""

    value: float | None
    low: float | None = None
    high: float | None = None


UNKNOWN = Estimate(None)


def share(hits: Bool, cluster: Int64) -> Estimate:
    """Share of rows that are hits, with Wilson's interval for as many rows as the clustered ones are worth.

    `hits` and `cluster` (n,). Rows are divided by the design effect of their clusters (linearised variance of the
    share over the binomial one; never below 1). Where all rows are of one kind that cannot be measured, and each
    cluster counts once.
    """
    n = len(hits)
    if n == 0:
        return UNKNOWN
    value = float(hits.mean())
    low, high = _wilson(value, effective(hits, cluster))
    return Estimate(value, low, high)


def effective(hits: Bool, cluster: Int64) -> float:
    """How many independent rows n clustered ones are worth, between the number of clusters (when all rows agree) or
    less, and n."""
    n = len(hits)
    _, place = np.unique(cluster, return_inverse=True)
    place = place.ravel()
    clusters = int(place.max()) + 1
    value = float(hits.mean())
    if value in (0.0, 1.0) or clusters < 2:
        return float(clusters)
    off = np.bincount(place, weights=hits - value)
    variance = float((off**2).sum()) / n**2 * clusters / (clusters - 1)
    return n / max(variance * n / (value * (1 - value)), 1.0)


def _wilson(value: float, rows: float) -> tuple[float, float]:
    spread = 1 + Z * Z / rows
    centre = value + Z * Z / (2 * rows)
    half = Z * np.sqrt(value * (1 - value) / rows + Z * Z / (4 * rows * rows))
    # Rounding must not push the bound past the share itself.
    return (
        float(min(max(0.0, (centre - half) / spread), value)),
        float(max(min(1.0, (centre + half) / spread), value)),
    )


class Resamples:
    """Weights of rows when whole clusters are drawn again, the same draws for everything that is compared."""

    def __init__(self, cluster: Int64, *, draws: int, seed: int = 0) -> None:
        _, place = np.unique(cluster, return_inverse=True)
        self._place = place.ravel()
        self._clusters = int(self._place.max()) + 1 if len(cluster) else 0
        self._draws, self._seed = draws, seed

    def __iter__(self) -> Iterator[Float]:
        rng = np.random.default_rng(self._seed)
        for _ in range(self._draws if self._clusters else 0):
            drawn = np.bincount(rng.integers(0, self._clusters, self._clusters), minlength=self._clusters)
            yield drawn[self._place].astype(np.float64)

    def of(self, measure: Callable[[Float], float]) -> Float:
        """A measure of weights (n,) under every draw; shape (draws,)."""
        return np.array([measure(weight) for weight in self], dtype=np.float64)


def between(value: float, drawn: Float) -> Estimate:
    """A figure with the middle 95 % of what it was under the draws; no interval without draws."""
    known = drawn[~np.isnan(drawn)]
    if len(known) < 2:
        return Estimate(value)
    low, high = np.quantile(known, ENDS)
    return Estimate(value, float(low), float(high))


def ratio(part: Float, whole: Float, resamples: Resamples) -> Estimate:
    """Sum of `part` over sum of `whole` (n,) each, with a bootstrap interval over clusters."""
    total = float(whole.sum())
    if total <= 0:
        return UNKNOWN

    def one(weight: Float) -> float:
        below = float((weight * whole).sum())
        return float((weight * part).sum()) / below if below > 0 else float("nan")

    return between(float(part.sum()) / total, resamples.of(one))


def plain(value: Any) -> Any:
    """Dataclass fields and NumPy numbers as what JSON knows; what is not finite becomes None."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
