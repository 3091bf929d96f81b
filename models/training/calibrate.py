"""From raw log-odds to a probability that holds: a scale from findings, a shift from the base rate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Float = NDArray[np.float64]
SHARES_UNSEEN = (0.3, 0.05)
"""How much of the shipped terms to believe where nothing has been found yet: of what each says within `CAP`, and of
what it says beyond. Small words travel (they order payments no rule tells apart); strong ones are the habits of those
who invented the counties, and have to be confirmed by findings. Measured: docs/decisions/0012-shipped-terms.md."""
SHARES_SPREAD = (0.3, 0.3)


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
        p = expit(slope * centred + intercept)
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


def fit_shares(
    rules: Float,
    shipped: Float,
    outcome: Float,
    *,
    expected: tuple[float, ...] = SHARES_UNSEEN,
    spread: tuple[float, ...] = SHARES_SPREAD,
    slope: float = 0.8,
) -> Float:
    """How much of each shipped part this county's findings believe, a unit of the rules' log-odds; shape (parts,).

    Logistic regression of the findings (`outcome` 0/1, shape (n,)) on the rules' log-odds (n,) and the parts of what
    the shipped terms say (n, parts), with normal priors N(slope, 0.15) and N(expected, spread) and a free intercept;
    `expected` without findings of both kinds. A part that says nothing here gets a share near nothing; all in [0, 1].
    """
    if len(np.unique(outcome)) < 2:
        return np.array(expected)
    columns = np.column_stack([rules - rules.mean(), shipped - shipped.mean(axis=0), np.ones(len(rules))])
    believed = np.array([slope, *expected, 0.0])
    firmness = np.array([1 / 0.15**2, *(1 / s**2 for s in spread), 1e-9])
    found = believed.copy()
    for _ in range(50):
        p = expit(columns @ found)
        gradient = columns.T @ (outcome - p) - firmness * (found - believed)
        hessian = (columns * (p * (1 - p))[:, None]).T @ columns + np.diag(firmness)
        step = np.linalg.solve(hessian, gradient)
        found = found + step
        if np.abs(step).max() < 1e-9:
            break
    return np.asarray(np.clip(found[1:-1] / max(found[0], 0.3), 0.0, 1.0))


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
