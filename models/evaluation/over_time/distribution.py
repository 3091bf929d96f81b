"""How scores are spread, and where the confirmed payments lie in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]
EDGES = tuple(float(e) for e in np.round(1 / (1 + np.exp(-np.linspace(-10.0, 6.0, 33))), 9))
"""Edges of the bins, half a unit of log-odds apart; the first and last bins take what lies beyond."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """Payments by bin of `EDGES`: all judged, confirmed, cleared; (bins,) each."""

    judged: tuple[int, ...]
    confirmed: tuple[int, ...]
    cleared: tuple[int, ...]

    def plus(self, other: Distribution) -> Distribution:
        """Both together."""
        parts = zip((self.judged, self.confirmed, self.cleared), (other.judged, other.confirmed, other.cleared),
                    strict=True)  # fmt: skip
        return Distribution(*(tuple(a + b for a, b in zip(one, two, strict=True)) for one, two in parts))


def measure_distribution(score: Float, usable: Bool, confirmed: Bool) -> Distribution:
    """Count scores in [0, 1] by bin; arrays of shape (n,)."""
    inside = np.clip(score, EDGES[0], np.nextafter(EDGES[-1], 0))

    def counted(mask: Bool) -> tuple[int, ...]:
        return tuple(int(k) for k in np.histogram(inside[mask], EDGES)[0])

    return Distribution(counted(np.ones(len(score), bool)), counted(confirmed), counted(usable & ~confirmed))
