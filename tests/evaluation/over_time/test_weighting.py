"""Weights of the random sample: they sum to the population and undo a known stratified design."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.evaluation.weighting import post_stratified, random_sample_weights, strata_of

payments = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=80)


@given(payments)
def test_weights_sum_to_the_population_somebody_speaks_for(drawn: list[tuple[int, bool]]) -> None:
    """With and without coarser strata: every payment is covered, borrowed or said to be uncovered."""
    stratum = np.array([s for s, _ in drawn])
    sampled = np.array([y for _, y in drawn])
    alone = post_stratified(stratum, sampled)
    assert alone.weight.sum() == pytest.approx(alone.population - alone.uncovered)
    assert alone.borrowed == 0
    wide = post_stratified(stratum, sampled, stratum // 3)
    assert wide.weight.sum() == pytest.approx(wide.population - wide.uncovered)
    assert wide.borrowed + wide.uncovered == alone.uncovered
    whole = post_stratified(stratum, sampled, np.zeros(len(stratum), np.int64))
    assert whole.uncovered == (0 if sampled.any() else len(stratum))
    assert (whole.weight[~sampled] == 0).all()
    assert whole.effective <= whole.sampled + 1e-9


def test_a_known_design_is_undone() -> None:
    """A stratum drawn ten times as often counts a tenth: the mean is the population's, the plain one is not."""
    rng = np.random.default_rng(0)
    stratum = (rng.random(20_000) < 0.1).astype(np.int64)
    outcome = rng.random(20_000) < np.where(stratum == 1, 0.4, 0.01)
    sampled = rng.random(20_000) < np.where(stratum == 1, 0.5, 0.05)
    weights = post_stratified(stratum, sampled)
    assert abs(weights.mean(outcome) - outcome.mean()) < 0.008
    assert outcome[sampled].mean() > 3 * outcome.mean()
    assert weights.effective < weights.sampled


def test_known_chances_count_within_a_stratum() -> None:
    """Drawn by half the chance stands for twice as many; one unknown chance makes the whole stratum count alike."""
    stratum, sampled = np.zeros(6, np.int64), np.array([True, True, False, False, False, False])
    chance = np.array([0.2, 0.4, np.nan, np.nan, np.nan, np.nan])
    assert post_stratified(stratum, sampled, chance=chance).weight[:2].tolist() == pytest.approx([4.0, 2.0])
    chance[1] = np.nan
    assert post_stratified(stratum, sampled, chance=chance).weight[:2].tolist() == [3.0, 3.0]


def test_unequal_chances_are_undone() -> None:
    """Chances that follow the outcome within a stratum bias the plain mean and not the weighted one."""
    rng = np.random.default_rng(1)
    outcome = rng.random(30_000) < 0.05
    chance = np.where(outcome, 0.3, 0.1)
    sampled = rng.random(30_000) < chance
    stratum = rng.integers(0, 5, 30_000)
    assert abs(post_stratified(stratum, sampled, chance=chance).mean(outcome) - 0.05) < 0.006
    assert post_stratified(stratum, sampled).mean(outcome) > 0.1


def test_strata_are_those_of_the_draw() -> None:
    """Program by band of the score: half, 90 %, 99 %, the rest; the coarse one is the band."""
    score = np.linspace(0, 1, 1000)
    program = np.arange(1000) % 3
    fine, band = strata_of(program, score)
    assert np.bincount(band).tolist() == [500, 400, 90, 10]
    assert len(np.unique(fine)) == 12
    assert len(strata_of(program[:0], score[:0])[0]) == 0


def test_a_band_nobody_drew_is_said_to_be_uncovered() -> None:
    """Payments above the line are not drawn: nobody speaks for the last percent, and that is told."""
    score = np.linspace(0, 1, 1000)
    weights = random_sample_weights(np.zeros(1000, np.int64), score, score < 0.98)
    assert weights.uncovered == 10
    weights = random_sample_weights(np.arange(1000) % 2, score, (score < 0.98) | (np.arange(1000) % 2 == 0))
    assert (weights.borrowed, weights.uncovered) == (5, 0)
    weights = random_sample_weights(np.zeros(1000, np.int64), score, score < 0.9)
    assert weights.uncovered == 100
    assert weights.coverage == pytest.approx(1 - weights.uncovered / 1000)


def test_nothing_sampled_and_unequal_shapes() -> None:
    """Nothing sampled is no number; lists of unequal length are refused."""
    weights = post_stratified(np.zeros(3, np.int64), np.zeros(3, bool))
    assert np.isnan(weights.mean(np.ones(3)))
    assert weights.effective == 0
    with pytest.raises(ValueError, match="equally long"):
        post_stratified(np.zeros(3, np.int64), np.zeros(2, bool))
    with pytest.raises(ValueError, match=r"expected \(n,\)"):
        strata_of(np.zeros(3, np.int64), np.zeros(2))
