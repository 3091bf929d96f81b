"""Weights that let a stratified random sample of findings speak for all payments it was drawn from.

The queue draws its random places by strata (`models/scoring/sample.py`) and writes the propensity into the case, but
the contract's table of findings has no column for it: a finding only says `selected_by = random`. So the propensity
is estimated after the fact, by post-stratification: in stratum h with N_h payments of which n_h carry a random
finding each of those stands for N_h / n_h payments. Where the chances are known (`Labels.propensity`) a payment drawn
with half the chance stands for twice as many within its stratum. Means under these weights are Hajek's (1971) ratio
estimator, which needs the weights only up to a factor and never leaves the range of the values.

Two things it cannot do, and says. A stratum without any sampled payment has no estimate of its own: its payments are
lent to the sample of a coarser stratum where one is given (`borrowed`), or are left out (`uncovered`). And which of a
stratum's payments carry a finding must not depend on what would be found: true for a lot, not true where people look
at drawn payments only when they please.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

SCORE_BANDS = (0.5, 0.9, 0.99)
"""Quantiles of the score that part a program's strata, as the sample itself is drawn."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What each payment of a sample stands for.

    `weight` (n,) is 0 outside the sample and sums to `population - uncovered`. `borrowed` counts payments whose own
    stratum holds no sampled payment and that a coarser one speaks for; `uncovered` those nobody speaks for. `strata`
    and `empty_strata` count strata, all and without a sampled payment.
    """

    weight: Float
    population: int
    borrowed: int
    uncovered: int
    strata: int
    empty_strata: int

    @property
    def sampled(self) -> int:
        """How many payments carry a weight."""
        return int((self.weight > 0).sum())

    @property
    def effective(self) -> float:
        """Kish's effective sample size, (sum w)^2 / sum w^2: how many equally weighted payments are worth as much."""
        squared = float((self.weight**2).sum())
        return float(self.weight.sum()) ** 2 / squared if squared > 0 else 0.0

    @property
    def coverage(self) -> float:
        """Share of the population that somebody speaks for; NaN without a population."""
        return 1 - self.uncovered / self.population if self.population else float("nan")

    def mean(self, values: Float | Bool) -> float:
        """Hajek's estimate of the population's mean of `values` (n,); NaN where nothing was sampled."""
        total = float(self.weight.sum())
        return float((self.weight * values).sum()) / total if total > 0 else float("nan")


def strata_of(program: Int64, score: Float) -> tuple[Int64, Int64]:
    """Fine and coarse strata of payments, shape (n,) each: program by band of the score, and band alone.

    The bands are those the sample is drawn by: the lower half, up to 90 %, up to 99 %, the last percent.
    """
    if program.shape != score.shape or program.ndim != 1:
        raise ValueError(f"program and score: found shapes {program.shape} and {score.shape}, expected (n,) twice")
    if len(score) == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    band = np.searchsorted(np.quantile(score, SCORE_BANDS), score).astype(np.int64)
    _, place = np.unique(program, return_inverse=True)
    return place.ravel().astype(np.int64) * (len(SCORE_BANDS) + 1) + band, band


def post_stratified(
    stratum: Int64, sampled: Bool, coarser: Int64 | None = None, chance: Float | None = None
) -> Weights:
    """Weights N_h / n_h of the sampled payments, estimated from the strata.

    `stratum` (n,) numbers every payment's stratum, `sampled` (n,) marks those with a random finding; `coarser` (n,)
    numbers wider strata that lend their sample to strata without one (each stratum should lie in one coarser one). In
    a coarser stratum the payments without a sample of their own are shared out over its sampled payments in proportion
    to their own weights. `chance` (n,) is what each was drawn by, NaN unknown; it counts in strata where that of every
    sampled payment is known. Raises ValueError for unequal shapes.

    >>> weights = post_stratified(np.array([0, 0, 0, 0, 1, 1]), np.array([True, True, False, False, True, False]))
    >>> weights.weight.tolist(), weights.effective
    ([2.0, 2.0, 0.0, 0.0, 2.0, 0.0], 3.0)
    """
    shapes = [part.shape for part in (stratum, sampled, coarser, chance) if part is not None]
    if stratum.ndim != 1 or len(set(shapes)) > 1:
        raise ValueError(f"strata, sampled and chance: found shapes {shapes}, expected one list each, equally long")
    _, place = np.unique(stratum, return_inverse=True)
    place = place.ravel()
    size = np.bincount(place).astype(np.float64)
    drawn = np.bincount(place, weights=sampled.astype(np.float64), minlength=len(size))
    stands = np.where(sampled, 1.0, 0.0) if chance is None else _inverse(chance, sampled, place)
    total = np.bincount(place, weights=stands, minlength=len(size))
    weight = stands * (size / np.where(total > 0, total, 1.0))[place]
    alone = (drawn == 0)[place]
    lent = 0
    if coarser is not None and alone.any():
        _, wide = np.unique(coarser, return_inverse=True)
        wide = wide.ravel()
        waiting = np.bincount(wide, weights=alone.astype(np.float64))
        spoken = np.bincount(wide, weights=weight, minlength=len(waiting))
        can = spoken > 0
        weight = weight * np.where(can, 1 + waiting / np.where(can, spoken, 1.0), 1.0)[wide]
        lent = int(waiting[can].sum())
    return Weights(
        weight=weight,
        population=len(stratum),
        borrowed=lent,
        uncovered=int(alone.sum()) - lent,
        strata=len(size),
        empty_strata=int((drawn == 0).sum()),
    )


def random_sample_weights(program: Int64, score: Float, sampled: Bool, chance: Float | None = None) -> Weights:
    """Weights of the random sample among payments of a window: strata by program and band of the score.

    `program` (n,) codes, `score` (n,) of the model that is judged, `sampled` (n,), `chance` (n,) as drawn where known.
    The score of the day a payment was drawn is not on record; any score will do for the strata as long as every payment
    of a stratum could be drawn. Payments in the queue's own cases are never drawn: where nobody sampled them their
    strata are borrowed from the same band of other programs, or uncovered. Without known chances a stratum's payments
    count as drawn alike, which is only roughly so: within a band the queue draws the likelier ones a little more often.
    """
    fine, coarse = strata_of(program, score)
    return post_stratified(fine, sampled, coarse, chance)


def _inverse(chance: Float, sampled: Bool, place: Int64) -> Float:
    """One over the chance of each sampled payment; 1 throughout a stratum where one of them is unknown."""
    unknown = sampled & ~(chance > 0)
    plain = np.bincount(place, weights=unknown.astype(np.float64), minlength=int(place.max(initial=-1)) + 1) > 0
    known = np.where(unknown | ~sampled | plain[place], 1.0, chance)
    return np.where(sampled, 1 / known, 0.0)
