"""What a review says about decision lines: how many links would be right, and how many right ones would be found.

Pairs were looked at by strata of probability (`review.STRATA`), some of each, so every verdict stands for as many pairs
as its stratum holds for each one looked at. `unclear` counts as not right: nobody could say it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.matching.review import STRATA, SURE, wilson

LEAST: Final = 30
"""Verdicts that must stand behind a share before it is called known."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What people said of one pair: its probability, and whether row and person are the same."""

    probability: float
    right: bool


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval and the verdicts behind it; `value` is None where there are none."""

    value: float | None
    low: float
    high: float
    verdicts: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A line, and what it would do: `links` pairs lie at or above it, as far as probability goes.

    `precision`: of these, the share that is right; `recall`: of all pairs that are right, the share at or above the
    line. `enough`: every stratum above was looked into, by `LEAST` verdicts in all, and the interval of `precision`
    lies above `SURE`.
    """

    line: float
    links: int
    precision: Share
    recall: Share
    enough: bool


def stratum_of(probability: float) -> int:
    """The place of a probability in `STRATA`.

    >>> stratum_of(0.0), stratum_of(0.95), stratum_of(1.0)
    (0, 6, 10)
    """
    return int(np.searchsorted(STRATA, probability, side="right")) - 1


def estimates(
    lines: Sequence[float], probabilities: NDArray[np.float64], verdicts: Sequence[Verdict]
) -> tuple[Estimate, ...]:
    """What each line would do. `probabilities` (n,) of every pair there is, those of the verdicts among them."""
    population = np.bincount(_strata(probabilities), minlength=len(STRATA))
    said = np.array([one.probability for one in verdicts], dtype=np.float64)
    right = np.array([one.right for one in verdicts], dtype=np.bool_)
    strata = _strata(said)
    looked = np.bincount(strata, minlength=len(STRATA))
    weight = population[strata] / np.maximum(looked[strata], 1)
    found = []
    for line in lines:
        above = said >= line
        precision = _share(right[above], weight[above])
        recall = _share(above[right], weight[right])
        unseen = (population > 0) & (looked == 0) & (np.arange(len(STRATA)) >= stratum_of(line))
        enough = not unseen.any() and precision.verdicts >= LEAST and precision.low >= SURE
        found.append(Estimate(line, int((probabilities >= line).sum()), precision, recall, bool(enough)))
    return tuple(found)


def by_stratum(probabilities: NDArray[np.float64], verdicts: Sequence[Verdict]) -> Mapping[int, tuple[int, int, int]]:
    """For each stratum that holds pairs: how many, how many were looked at, how many of those were right."""
    population = np.bincount(_strata(probabilities), minlength=len(STRATA))
    said = [(stratum_of(one.probability), one.right) for one in verdicts]
    return {
        place: (int(count), sum(s == place for s, _ in said), sum(s == place and r for s, r in said))
        for place, count in enumerate(population.tolist())
        if count
    }


def _strata(probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.asarray(np.searchsorted(STRATA, probabilities, side="right") - 1, dtype=np.int64)


def _share(hits: NDArray[np.bool_], weight: NDArray[np.float64]) -> Share:
    if not len(hits) or not weight.sum():
        return Share(None, 0.0, 1.0, len(hits))
    share = float((weight * hits).sum() / weight.sum())
    return Share(share, *wilson(share, weight), len(hits))
