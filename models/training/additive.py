"""Learned additive terms: an explainable boosting machine that starts from what the rules already say."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.scoring.bundle import Term

Float = NDArray[np.float64]


def fit_terms(
    values: NDArray[np.float32],
    names: Sequence[str],
    target: Float,
    weight: Float,
    start: Float,
    *,
    seed: int,
    bags: int = 4,
    max_bins: int = 24,
) -> tuple[float, tuple[Term, ...]]:
    """Intercept and one step function a feature, to be added to the log-odds `start`.

    `values` (n, features) with NaN null; `target` (n,) in [0, 1] (a soft label counts as both classes, split by its
    value); `weight` (n,) > 0; `start` (n,) log-odds of the rules. Constant columns get no term.
    """
    from interpret.glassbox import ExplainableBoostingClassifier

    rows, labels, shares = _split(target)
    kept = [k for k in range(values.shape[1]) if _varies(values[:, k])]
    if not kept or len(np.unique(labels)) < 2:
        return 0.0, ()
    machine = ExplainableBoostingClassifier(
        interactions=0,
        outer_bags=bags,
        max_bins=max_bins,
        min_samples_leaf=25,
        learning_rate=0.03,
        max_rounds=600,
        early_stopping_rounds=40,
        reg_lambda=5.0,
        greedy_ratio=0.0,
        n_jobs=1,
        random_state=seed,
        feature_names=[names[k] for k in kept],
        feature_types=["continuous"] * len(kept),
    )
    with warnings.catch_warnings():
        # Missing is a level of its own here, and nobody looks at the library's plots.
        warnings.filterwarnings("ignore", message="Missing values detected", category=UserWarning)
        machine.fit(
            values[rows][:, kept].astype(np.float64),
            labels,
            sample_weight=weight[rows] * shares,
            init_score=start[rows],
        )
    terms = []
    for place, k in enumerate(kept):
        cuts = np.asarray(machine.bins_[place][0], dtype=np.float64)
        scores = np.asarray(machine.term_scores_[place], dtype=np.float64)
        terms.append(Term(names[k], cuts, scores[1 : len(cuts) + 2], float(scores[0])))
    useful = tuple(t for t in terms if np.abs(t.scores).max(initial=abs(t.missing)) > 1e-3)
    return float(np.ravel(machine.intercept_)[0]), useful


def _split(target: Float) -> tuple[NDArray[np.int64], NDArray[np.int64], Float]:
    """Rows, hard labels and shares: a soft label becomes one row of each class."""
    positive = np.nonzero(target > 0.02)[0]
    negative = np.nonzero(target < 0.98)[0]
    rows = np.concatenate([positive, negative])
    labels = np.concatenate([np.ones(len(positive), np.int64), np.zeros(len(negative), np.int64)])
    shares = np.concatenate([target[positive], 1 - target[negative]])
    return rows, labels, shares


def _varies(column: NDArray[np.float32]) -> bool:
    known = column[~np.isnan(column)]
    return len(known) > 0 and (bool(np.isnan(column).any()) or float(known.min()) < float(known.max()))
