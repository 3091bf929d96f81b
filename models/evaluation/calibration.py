"""Is a score of 0.3 confirmed three times in ten."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.columns import Float
from models.evaluation.intervals import wilson

EDGES = (0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
BINS = 15
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows with a score in [low, high): their mean score and the share that is irregular, with its 95 % interval."""

    low: float
    high: float
    rows: int
    mean_score: float
    irregular: float
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """`ece` over 15 bins of equal count; `brier` beside that of always saying the prevalence. The `_prior` figures
    come after one shift of all log-odds that makes the mean score the prevalence: what is left is a wrong shape."""

    mean_score: float
    prevalence: float
    ece: float
    brier: float
    brier_of_constant: float
    ece_prior: float
    brier_prior: float
    bins: tuple[Bin, ...]


def expected_error(score: Float, irregular: Bool, bins: int = BINS) -> float:
    """Expected calibration error over bins of equal count."""
    parts = np.array_split(np.argsort(score, kind="stable"), bins)
    return float(sum(len(p) / len(score) * abs(score[p].mean() - irregular[p].mean()) for p in parts if len(p)))


def shifted_to(score: Float, prevalence: float) -> Float:
    """The scores with one constant added to all log-odds, so that their mean is the prevalence; shape (n,)."""
    inside = np.clip(score, 1e-9, 1 - 1e-9)
    odds = np.log(inside) - np.log1p(-inside)
    low, high = -25.0, 25.0
    for _ in range(80):
        middle = (low + high) / 2
        if (1 / (1 + np.exp(-(odds + middle)))).mean() > prevalence:
            high = middle
        else:
            low = middle
    return np.asarray(1 / (1 + np.exp(-(odds + middle))))


def measure_calibration(score: Float, irregular: Bool) -> Calibration:
    """Measure calibration; arrays of shape (n,), scores in [0, 1]."""
    prevalence = float(irregular.mean())
    prior = shifted_to(score, prevalence) if 0 < prevalence < 1 else score
    bins = []
    for low, high in itertools.pairwise(EDGES):
        inside = (score >= low) & ((score < high) | (high == 1))
        rows, hits = int(inside.sum()), int(irregular[inside].sum())
        if rows:
            bins.append(Bin(low, high, rows, float(score[inside].mean()), hits / rows, wilson(hits, rows)))
    return Calibration(
        mean_score=float(score.mean()),
        prevalence=prevalence,
        ece=expected_error(score, irregular),
        brier=float(((score - irregular) ** 2).mean()),
        brier_of_constant=prevalence * (1 - prevalence),
        ece_prior=expected_error(prior, irregular),
        brier_prior=float(((prior - irregular) ** 2).mean()),
        bins=tuple(bins),
    )
