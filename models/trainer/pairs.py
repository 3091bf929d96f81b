"""Pairs of columns that say more together than apart: found on the past, added to the additive terms."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
MOST_PAIRS = 30
BINS = 16


@dataclass(frozen=True, slots=True)
class PairTerm:
    """A step function of two columns. `scores` (len(cuts_a) + 2, len(cuts_b) + 2): row and column 0 are missing."""

    names: tuple[str, str]
    columns: tuple[int, int]
    cuts: tuple[Float, Float]
    scores: Float

    def values(self, x: NDArray[np.floating[Any]]) -> Float:
        """What the pair adds to the log-odds of each row of x (n, d); shape (n,)."""
        places = []
        for column, cuts in zip(self.columns, self.cuts, strict=True):
            own = x[:, column]
            places.append(np.where(np.isnan(own), 0, np.searchsorted(cuts, own, side="right") + 1))
        return np.asarray(self.scores[places[0], places[1]])


def fit_pairs(
    values: NDArray[np.float32],
    names: Sequence[str],
    label: NDArray[np.int8],
    weight: Float,
    start: Float,
    *,
    seed: int,
    bags: int,
) -> tuple[float, tuple[PairTerm, ...]]:
    """Intercept and the pair terms to be added to the log-odds `start` (n,), which the single terms already give.

    `values` (n, d) with NaN missing; `label` (n,) 0 or 1; `weight` (n,). Which pairs is decided by how much a coarse
    cut of both would still gain (Lou et al. 2013, FAST). None where there are fewer than two columns or one answer.
    """
    from interpret.glassbox import ExplainableBoostingClassifier

    varying = [k for k in range(values.shape[1]) if len(np.unique(values[~np.isnan(values[:, k]), k][:5000])) > 1]
    if len(varying) < 2 or len(np.unique(label)) < 2:
        return 0.0, ()
    possible = len(varying) * (len(varying) - 1) // 2
    machine = ExplainableBoostingClassifier(
        interactions=min(MOST_PAIRS, 2 * len(varying), possible),
        exclude="mains",
        outer_bags=bags,
        max_bins=BINS,
        max_interaction_bins=BINS,
        min_samples_leaf=25,
        learning_rate=0.04,
        max_rounds=400,
        early_stopping_rounds=40,
        reg_lambda=5.0,
        greedy_ratio=2.0,
        n_jobs=1,
        random_state=seed,
        feature_names=[f"c{k}" for k in range(len(varying))],
        feature_types=["continuous"] * len(varying),
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Missing values detected", category=UserWarning)
        machine.fit(values[:, varying].astype(np.float64), label, sample_weight=weight, init_score=start)
    pairs = []
    for place, features in enumerate(machine.term_features_):
        if len(features) != 2:
            continue
        cuts = [np.asarray(machine.bins_[f][-1], dtype=np.float64) for f in features]
        scores = np.asarray(machine.term_scores_[place], dtype=np.float64)
        scores = scores[: len(cuts[0]) + 2, : len(cuts[1]) + 2]
        columns = (varying[features[0]], varying[features[1]])
        pairs.append(PairTerm((names[columns[0]], names[columns[1]]), columns, (cuts[0], cuts[1]), scores))
    useful = tuple(pair for pair in pairs if np.abs(pair.scores).max(initial=0.0) > 1e-3)
    return float(np.ravel(machine.intercept_)[0]), useful
