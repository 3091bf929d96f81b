"""From raw log-odds to a probability that holds: a scale from findings, a shift from the base rate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]


def fit_scale(raw: Float, outcome: Float, weight: Float, *, expected: float = 0.8, spread: float = 0.15) -> float:
    """How much of the summed log-odds to believe, in [0.3, 1.2].

    Signals of different typologies are not independent, so their sum is too sure of itself. Logistic regression of
    the findings (`outcome` 0/1, shape (n,)) on `raw` with a normal prior N(expected, spread) on the slope; the
    intercept is free, because findings are selected.
    """
    slope, intercept = expected, 0.0
    if len(raw) == 0 or outcome.min(initial=1) == outcome.max(initial=0):
        return expected
    centred = raw - raw.mean()
    for _ in range(50):
        p = 1 / (1 + np.exp(-(slope * centred + intercept)))
        curvature = weight * p * (1 - p) + 1e-9
        gradient = np.array(
            [(weight * (outcome - p) * centred).sum() - (slope - expected) / spread**2, (weight * (outcome - p)).sum()]
        )
        mixed = (curvature * centred).sum()
        hessian = np.array([[(curvature * centred**2).sum() + 1 / spread**2, mixed], [mixed, curvature.sum()]])
        step = np.linalg.solve(hessian, gradient)
        slope, intercept = slope + step[0], intercept + step[1]
        if np.abs(step).max() < 1e-9:
            break
    return float(np.clip(slope, 0.3, 1.2))


def fit_shift(scaled: Float, base_rate: float) -> float:
    """The constant that makes the mean probability equal the base rate, by bisection."""
    low, high = -30.0, 30.0
    for _ in range(100):
        middle = (low + high) / 2
        if float((1 / (1 + np.exp(-(scaled + middle)))).mean()) > base_rate:
            high = middle
        else:
            low = middle
    return (low + high) / 2


def base_rate(
    confirmed_at_random: float, looked_at_at_random: float, expected: float, wrong: float, *, trust: float = 1500.0
) -> float:
    """Share of irregular payments: the random sample's confirmed share, corrected for wrong findings.

    The correction is Rogan and Gladen's (1978) with sensitivity = specificity = 1 - wrong / 10: a payment nobody
    doubts is seldom confirmed by mistake. `trust` is the weight of the expected rate, in payments.
    """
    error = wrong / 10
    corrected = max(confirmed_at_random - error * looked_at_at_random, 0.0) / (1 - 2 * error)
    return float((corrected + trust * expected) / (looked_at_at_random + trust))
