"""Shares, precision and recall over all payments from the few somebody looked at: the score, corrected by the sample.

Each payment gets a pseudo-outcome: the score m, and where somebody looked by a known chance pi, what was found minus
the score, divided by that chance (augmented inverse propensity weighting; in surveys the difference estimator):

    y~ = m + looked / pi (y - m)

Its mean over any group of payments is unbiased when the chances are right, however wrong the score; a good score
makes the spread small, where weighting alone would rest on a handful of payments. What was looked at for sure (a case
of the queue that was worked) has chance 1 and counts as found. An honest error is not irregular here: y is 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share with its standard error; both NaN where no payment is in the group."""

    value: float
    error: float

    @property
    def interval(self) -> tuple[float, float]:
        """Two standard errors either way, inside [0, 1]; roughly 95 %."""
        return max(0.0, self.value - 2 * self.error), min(1.0, self.value + 2 * self.error)


@dataclass(frozen=True, slots=True)
class Corrected:
    """Pseudo-outcomes (n,) and the part of their spread that comes from the draw, (n,) variances."""

    outcome: Float
    variance: Float

    def share(self, group: Bool | None = None) -> Estimate:
        """Share of irregular payments in a group (all where None): a base rate, or the precision above a line."""
        inside = np.ones(len(self.outcome), dtype=bool) if group is None else group
        n = int(inside.sum())
        if n == 0:
            return Estimate(float("nan"), float("nan"))
        return Estimate(float(self.outcome[inside].mean()), float(np.sqrt(self.variance[inside].sum())) / n)

    def recall(self, above: Bool) -> Estimate:
        """Share of the irregular payments that lies above a line; NaN where none seem to be irregular.

        The error is that of a ratio (first-order), which is rough when the sample found next to nothing.
        """
        total = float(self.outcome.sum())
        if total <= 0:
            return Estimate(float("nan"), float("nan"))
        value = float(self.outcome[above].sum()) / total
        variance = float((self.variance * (above - value) ** 2).sum())
        return Estimate(float(np.clip(value, 0.0, 1.0)), float(np.sqrt(variance)) / total)

    def calibration_error(self, score: Float, bins: int = 5) -> float:
        """Mean gap between score and estimated share over bins of equal count; few bins, since few were drawn."""
        parts = np.array_split(np.argsort(score, kind="stable"), bins)
        gaps = [len(p) * abs(float(score[p].mean() - self.outcome[p].mean())) for p in parts if len(p)]
        return float(sum(gaps) / max(1, len(score)))


def corrected(score: Float, irregular: Bool, looked: Bool, chance: Float) -> Corrected:
    """Pseudo-outcomes of payments.

    `score` (n,) in [0, 1] must not have been learned from these findings; `irregular` (n,) counts where `looked` (n,);
    `chance` (n,) in (0, 1] is read there too. Raises ValueError for unequal shapes and for a looked-at payment without
    a chance in (0, 1].

    >>> found = corrected(np.full(4, 0.25), np.array([1, 0, 0, 0]) == 1, np.array([1, 1, 0, 0]) == 1, np.full(4, 0.5))
    >>> found.outcome.tolist(), found.share().value
    ([1.75, -0.25, 0.25, 0.25], 0.5)
    """
    if not score.shape == irregular.shape == looked.shape == chance.shape or score.ndim != 1:
        shapes = [part.shape for part in (score, irregular, looked, chance)]
        raise ValueError(f"score, irregular, looked and chance: found shapes {shapes}, expected (n,) four times")
    pi = chance[looked]
    if not ((pi > 0) & (pi <= 1)).all():
        raise ValueError("chance: found a looked-at payment without a chance above 0 and at most 1")
    outcome, variance = score.astype(np.float64), np.zeros(len(score))
    gap = (irregular[looked] - score[looked]) / pi
    outcome[looked] += gap
    # Poisson's variance of the draw: an upper bound for the systematic one with its fixed number of places.
    variance[looked] = (1 - pi) * gap**2
    return Corrected(outcome, variance)
