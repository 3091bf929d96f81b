"""Is a score of 0.3 confirmed three times in ten: reliability, expected calibration error, Brier, each weighted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.over_time.estimates import UNKNOWN, Estimate, share
from models.evaluation.weighting import Weights

Float = NDArray[np.float64]
Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]
MOST_BINS = 15
ROWS_A_BIN = 30
"""A bin of fewer rows would measure chance: with few rows there are fewer bins."""
SIMULATIONS = 200


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows of similar score: how many, their weighted mean score, and the share confirmed with its interval."""

    rows: int
    mean_score: float
    confirmed: Estimate


@dataclass(frozen=True, slots=True)
class Reliability:
    """Calibration over `rows` rows with an answer, worth `effective` equally weighted ones, standing for a `coverage`
    share of the judged payments.

    `error` is the expected calibration error over bins of equal weight; `error_by_chance` what perfectly calibrated
    scores would show on as many rows (mean) and `chance_at_most` what 95 of 100 of them would stay under: an error
    below it says nothing against the score. `brier` stands beside that of always saying the mean.
    """

    rows: int
    confirmed: int
    effective: float
    coverage: float
    mean_score: float | None
    confirmed_share: float | None
    error: float | None
    error_by_chance: float | None
    chance_at_most: float | None
    brier: float | None
    brier_of_constant: float | None
    bins: tuple[Bin, ...]


def expected_error(score: Float, hit: Float | Bool, weight: Float, bins: int = MOST_BINS) -> float:
    """Expected calibration error: weighted mean over bins of equal weight of |mean score - share confirmed|.

    Arrays of shape (n,), n >= 1, weights positive.
    """
    place = _places(score, weight, bins)
    total = np.bincount(place, weights=weight, minlength=bins)
    off = np.bincount(place, weights=weight * (score - hit), minlength=bins)
    return float(np.abs(off).sum() / total.sum())


def measure_reliability(
    score: Float, hit: Bool, cluster: Int64, weights: Weights | None = None, *, seed: int = 0
) -> Reliability:
    """Measure calibration of scores in [0, 1]; arrays of shape (n,) of the rows with an answer.

    `weights` (of n rows; those without weight are left out) let a sample speak for all; without them all count once.
    """
    if weights is None:
        weight, coverage, effective = np.ones(len(score)), 1.0, float(len(score))
    else:
        kept = weights.weight > 0
        score, hit, cluster, weight = score[kept], hit[kept], cluster[kept], weights.weight[kept]
        coverage, effective = weights.coverage, weights.effective
    n = len(score)
    if n == 0:
        return Reliability(0, 0, 0.0, coverage, None, None, None, None, None, None, None, ())
    weight = weight / weight.sum() * n
    bins = bins_for(n)
    rng = np.random.default_rng(seed)
    chance = [expected_error(score, rng.random(n) < score, weight, bins) for _ in range(SIMULATIONS)]
    mean = float((weight * hit).mean())
    return Reliability(
        rows=n,
        confirmed=int(hit.sum()),
        effective=effective,
        coverage=coverage,
        mean_score=float((weight * score).mean()),
        confirmed_share=mean,
        error=expected_error(score, hit, weight, bins),
        error_by_chance=float(np.mean(chance)),
        chance_at_most=float(np.quantile(chance, 0.95)),
        brier=float((weight * (score - hit) ** 2).mean()),
        brier_of_constant=mean * (1 - mean),
        bins=_table(score, hit, cluster, weight, bins),
    )


def bins_for(rows: int) -> int:
    """How many bins some rows can fill."""
    return int(min(max(rows // ROWS_A_BIN, 1), MOST_BINS))


def _places(score: Float, weight: Float, bins: int) -> Int64:
    """The bin of each row: bins of equal weight from the lowest score to the highest; equal scores stay together."""
    order = np.argsort(score, kind="stable")
    before = np.cumsum(weight[order]) - weight[order] / 2
    place = np.minimum((before / weight.sum() * bins).astype(np.int64), bins - 1)
    value = score[order]
    first = np.concatenate([[True], value[1:] != value[:-1]])
    place = place[np.maximum.accumulate(np.where(first, np.arange(len(value)), 0))]
    out = np.empty(len(score), dtype=np.int64)
    out[order] = place
    return out


def _table(score: Float, hit: Bool, cluster: Int64, weight: Float, bins: int) -> tuple[Bin, ...]:
    place = _places(score, weight, bins)
    found = []
    for k in range(bins):
        mine = place == k
        if not mine.any():
            continue
        inside = weight[mine]
        plain = share(hit[mine], cluster[mine])
        value = float((inside * hit[mine]).sum() / inside.sum())
        found.append(
            Bin(int(mine.sum()), float((inside * score[mine]).sum() / inside.sum()), _moved(plain, value, inside))
        )
    return tuple(found)


def _moved(plain: Estimate, value: float, weight: Float) -> Estimate:
    """The interval of unweighted rows around a weighted share, wider by Kish's design effect of the weights."""
    if plain.value is None or plain.low is None or plain.high is None:
        return UNKNOWN
    wider = float(np.sqrt(len(weight) * (weight**2).sum())) / float(weight.sum())
    low, high = value - (plain.value - plain.low) * wider, value + (plain.high - plain.value) * wider
    return Estimate(value, max(0.0, low), min(1.0, high))
