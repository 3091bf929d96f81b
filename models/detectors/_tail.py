"""From a detector's own measure to the share of training rows at least as odd, without keeping the training rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
LEVELS = 1025


@dataclass(frozen=True, slots=True)
class Tail:
    """Knots of a rising function from measure to surprisal, both of shape (k,)."""

    raw: Float
    surprisals: Float

    @classmethod
    def empty(cls) -> Self:
        """A tail that knows nothing: every surprisal is 0."""
        return cls(np.zeros(0), np.zeros(0))

    @classmethod
    def of(cls, raw: Float) -> Self:
        """Knots at every 1/1024 of the training measures, and denser towards the odd end, down to a single row."""
        ordered = np.sort(raw)
        n = len(ordered)
        even = np.linspace(0, n - 1, min(n, LEVELS))
        top = n - np.geomspace(1, n, 256)
        at = np.unique(np.concatenate([even, top]).round().astype(np.int64).clip(0, n - 1))
        values = np.unique(ordered[at])
        least = np.searchsorted(ordered, values, side="left")
        most = np.searchsorted(ordered, values, side="right")
        # The middle of ties, so that a value half the rows share is neither odd nor ordinary.
        share = (n - (least + most) / 2.0) / n
        return cls(values, -np.log(share))

    def surprisal(self, raw: Float) -> Float:
        """Surprisal of measures (n,); beyond the oddest training row it keeps rising, slowly."""
        if not len(self.raw):
            return np.zeros(len(raw))
        inside = np.interp(raw, self.raw, self.surprisals, left=0.0)
        spread = self.raw[-1] - self.raw[len(self.raw) // 2]
        beyond = np.maximum(raw - self.raw[-1], 0.0) / (spread if spread > 0 else 1.0)
        return np.asarray(inside + np.log1p(beyond))
