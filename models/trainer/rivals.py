"""What the machine must be measured against: nothing, one column, a straight line, and many trees."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from models.evaluation.ranking import average_precision

Float = NDArray[np.float64]
Single = NDArray[np.float32]
Labels = NDArray[np.int8]
LARGEST = 8.0


def prevalence(past: Single, label: Labels, ahead: Single, seed: int) -> Float:
    """The share of positives of the past for every row ahead; shape (m,)."""
    return np.full(len(ahead), float((label == 1).mean()))


def best_column(past: Single, label: Labels, ahead: Single, seed: int) -> Float:
    """The column and direction that ranked the past best, as a share of positives by its own order; shape (m,).

    A missing value ranks last. The share comes from 50 steps of the past, so that it can be read as a probability.
    """
    positive = label == 1
    tie = np.random.default_rng(seed).random(len(past))
    found = (-1.0, 0, 1.0)
    for k in range(past.shape[1]):
        for sign in (1.0, -1.0):
            reached = average_precision(positive, _ranked(past[:, k], sign), tie)
            if reached > found[0]:
                found = (reached, k, sign)
    if past.shape[1] == 0:
        return prevalence(past, label, ahead, seed)
    _, k, sign = found
    own, there = _ranked(past[:, k], sign), _ranked(ahead[:, k], sign)
    edges = np.unique(np.quantile(own, np.linspace(0, 1, 51)[1:-1], method="lower"))
    step = np.searchsorted(edges, own, side="right")
    size = np.bincount(step, minlength=len(edges) + 1)
    hits = np.bincount(step, weights=positive, minlength=len(edges) + 1)
    share = (hits + positive.mean() * 10) / (size + 10)
    # The order within a step is kept by a hair, so that ranking is that of the column itself.
    order = np.searchsorted(np.sort(own), there, side="right") / len(own)
    return np.asarray(np.maximum.accumulate(share)[np.searchsorted(edges, there, side="right")] + 1e-9 * order)


def logistic_regression(past: Single, label: Labels, ahead: Single, seed: int) -> Float:
    """Logistic regression on standardised columns, missing as the median with a column saying so; shape (m,)."""
    from sklearn.linear_model import LogisticRegression

    middle = np.array([np.median(c[~np.isnan(c)]) if (~np.isnan(c)).any() else 0.0 for c in past.T])
    filled = np.where(np.isnan(past), middle, past).astype(np.float64)
    mean, spread = filled.mean(axis=0), filled.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    missing = np.isnan(past).any(axis=0)

    def shaped(x: Single) -> Float:
        z = (np.where(np.isnan(x), middle, x) - mean) / spread
        return np.hstack([np.clip(z, -LARGEST, LARGEST), np.isnan(x[:, missing])])

    machine = LogisticRegression(max_iter=300, random_state=seed).fit(shaped(past), label)
    return np.asarray(machine.predict_proba(shaped(ahead))[:, 1])


def gradient_boosting(past: Single, label: Labels, ahead: Single, seed: int) -> Float:
    """Scikit-learn's histogram gradient boosting as it comes; shape (m,)."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    machine = HistGradientBoostingClassifier(random_state=seed).fit(past, label)
    return np.asarray(machine.predict_proba(ahead)[:, 1])


def _ranked(column: Single, sign: float) -> Float:
    return np.nan_to_num(sign * column.astype(np.float64), nan=-np.finfo(np.float64).max)


Rival = Callable[[Single, Labels, Single, int], Float]
RIVALS: Mapping[str, Rival] = {
    "prevalence": prevalence,
    "best column": best_column,
    "logistic regression": logistic_regression,
    "gradient boosting": gradient_boosting,
}
