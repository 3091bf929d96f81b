"""Does the order put the irregular rows first: average precision, AUC, the top of the list, money."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.columns import Float, Texts

TOP_SHARES = (0.005, 0.01, 0.02)
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Top:
    """The first `rows` of the list (`share` of all): precision and recall there."""

    share: float
    rows: int
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """One ranking of `rows` rows, `irregular` of them irregular.

    The measures are None where all rows are of one kind. `interval` is the 2.5 and 97.5 % point of average precision
    when whole rings are drawn again (rows of one ring are not independent). `money_recall` is the share of irregular
    yuan in the first 1 % of rows.
    """

    rows: int
    irregular: int
    prevalence: float | None
    average_precision: float | None = None
    interval: tuple[float, float] | None = None
    auc: float | None = None
    top: tuple[Top, ...] = ()
    money_recall: float | None = None


def order_of(score: Float, tie: Float) -> NDArray[np.int64]:
    """Positions from the highest score to the lowest, ties by `tie`; shape (n,)."""
    return np.lexsort((tie, -score))


def top_rows(score: Float, tie: Float, share: float) -> Bool:
    """The first `share` of the rows (one at least) as a mask of shape (n,)."""
    mask = np.zeros(len(score), dtype=bool)
    mask[order_of(score, tie)[: rows_in(share, len(score))]] = True
    return mask


def rows_in(share: float, rows: int) -> int:
    """How many rows a share of the list is, one at least."""
    return max(1, round(share * rows))


def average_precision(irregular: Bool, score: Float, tie: Float) -> float:
    """Mean of the precision at each irregular row of the list. NaN where no row is irregular."""
    hit = irregular[order_of(score, tie)]
    if not hit.any():
        return float("nan")
    precision = np.cumsum(hit) / np.arange(1, len(hit) + 1)
    return float(precision[hit].mean())


def auc(irregular: Bool, score: Float) -> float:
    """Chance that an irregular row is scored above an honest one (ties count half). NaN where one kind is missing."""
    positive, negative = int(irregular.sum()), int((~irregular).sum())
    if positive == 0 or negative == 0:
        return float("nan")
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    ranks = middle[inverse]
    return float((ranks[irregular].sum() - positive * (positive + 1) / 2) / (positive * negative))


def rank(
    irregular: Bool,
    score: Float,
    tie: Float,
    amount: Float,
    ring: Texts | None = None,
    *,
    draws: int = 200,
    seed: int = 0,
) -> Ranking:
    """Measure one ranking; arrays of shape (n,), `amount` in yuan, `draws` 0 leaves the interval out."""
    rows, bad = len(irregular), int(irregular.sum())
    prevalence = bad / rows if rows else None
    if bad in (0, rows):
        return Ranking(rows, bad, prevalence)
    order = order_of(score, tie)
    hit = irregular[order]
    top = []
    for share in TOP_SHARES:
        n = rows_in(share, rows)
        hits = int(hit[:n].sum())
        top.append(Top(share, n, hits / n, hits / bad))
    first = rows_in(0.01, rows)
    money = float((amount[order][:first] * hit[:first]).sum() / max(1e-9, float((amount * irregular).sum())))
    return Ranking(
        rows=rows,
        irregular=bad,
        prevalence=prevalence,
        average_precision=average_precision(irregular, score, tie),
        interval=_interval(irregular, order, ring, draws, seed) if draws else None,
        auc=auc(irregular, score),
        top=tuple(top),
        money_recall=money,
    )


def _interval(
    irregular: Bool, order: NDArray[np.int64], ring: Texts | None, draws: int, seed: int
) -> tuple[float, float] | None:
    """Draw rings (and irregular rows without one) with replacement, honest rows by a Poisson count each."""
    rng = np.random.default_rng(seed)
    group = _ring_numbers(irregular, ring)
    groups = int(group.max()) + 1
    hit = irregular[order].astype(np.float64)
    found = []
    for _ in range(draws):
        weight = rng.poisson(1, len(irregular)).astype(np.float64)
        drawn = np.bincount(rng.integers(0, groups, groups), minlength=groups)
        weight[irregular] = drawn[group[irregular]]
        weight = weight[order]
        good, every = np.cumsum(weight * hit), np.cumsum(weight)
        if good[-1] > 0:
            precision = np.where(every > 0, good / np.maximum(every, 1e-9), 0)
            found.append(float(np.sum(precision * weight * hit) / good[-1]))
    if not found:
        return None
    low, high = np.quantile(found, (0.025, 0.975))
    return float(low), float(high)


def _ring_numbers(irregular: Bool, ring: Texts | None) -> NDArray[np.int64]:
    """A number for each irregular row's ring, in order of appearance; those without one are rings of their own."""
    numbers: dict[object, int] = {}
    group = np.full(len(irregular), -1, dtype=np.int64)
    if ring is not None:
        group = np.array([-1 if r is None else numbers.setdefault(r, len(numbers)) for r in ring], dtype=np.int64)
    group[~irregular] = -1
    lone = irregular & (group < 0)
    group[lone] = group.max() + 1 + np.arange(int(lone.sum()))
    return group
