"""Average precision and calibration against scikit-learn; intervals against what clusters must do to them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, brier_score_loss

from models.evaluation.intervals import wilson
from models.evaluation.over_time.estimates import Resamples, between, effective, ratio, share
from models.evaluation.over_time.precision import Ranking, average_precision
from models.evaluation.over_time.reliability import bins_for, expected_error, measure_reliability
from models.evaluation.weighting import Weights

drawn = st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.integers(0, 3)), min_size=2, max_size=60)


@given(drawn)
def test_average_precision_is_scikit_learns_weights_and_ties_included(rows: list[tuple[int, bool, int]]) -> None:
    """Weights are how often a row was drawn, 0 among them."""
    score = np.array([float(s) for s, _, _ in rows])
    positive = np.array([p for _, p, _ in rows])
    weight = np.array([float(w) for _, _, w in rows])
    if positive.any():
        assert average_precision(score, positive) == pytest.approx(average_precision_score(positive, score))
    if (weight * positive).sum() > 0:
        found = Ranking.of(score, positive).average_precision(weight)
        assert found == pytest.approx(average_precision_score(positive, score, sample_weight=weight))
    else:
        assert Ranking.of(score, positive).average_precision(weight) == 0


def test_reliability_is_scikit_learns() -> None:
    """Bins of equal count where no score ties, and Brier with weights."""
    rng = np.random.default_rng(3)
    score = rng.permutation(np.linspace(0.001, 0.9, 900))
    hit = rng.random(900) < score
    found = measure_reliability(score, hit, np.arange(900))
    true, mean = calibration_curve(hit, score, n_bins=15, strategy="quantile")
    assert len(found.bins) == 15
    assert [b.mean_score for b in found.bins] == pytest.approx(mean.tolist(), abs=1e-3)
    assert [b.confirmed.value for b in found.bins] == pytest.approx(true.tolist(), abs=0.02)
    assert found.error == pytest.approx(float(np.abs(true - mean).mean()), abs=2e-3)
    assert found.brier == pytest.approx(brier_score_loss(hit, score))
    weight = rng.integers(1, 4, 900).astype(float)
    weights = Weights(weight, 5000, 0, 100, 3, 0)
    weighed = measure_reliability(score, hit, np.arange(900), weights)
    assert weighed.brier == pytest.approx(brier_score_loss(hit, score, sample_weight=weight))
    assert weighed.coverage == pytest.approx(0.98)
    assert weighed.effective < 900


@given(drawn)
def test_weights_are_as_good_as_copies(rows: list[tuple[int, bool, int]]) -> None:
    """A row of weight 2 counts as two rows, and equal scores stay in one bin."""
    score = np.array([s / 6 for s, _, _ in rows])
    hit = np.array([p for _, p, _ in rows])
    times = np.array([w + 1 for _, _, w in rows])
    copied = expected_error(np.repeat(score, times), np.repeat(hit, times), np.ones(times.sum()), 1)
    assert expected_error(score, hit, times.astype(float), 1) == pytest.approx(copied)
    # Equal scores in one bin: a single value is a single bin, whatever the number of bins.
    one = np.full(len(score), 0.5)
    assert expected_error(one, hit, times.astype(float), 15) == pytest.approx(abs(0.5 - np.average(hit, weights=times)))


def test_calibration_error_stands_beside_what_chance_would_show() -> None:
    """Scores that hold are under the chance bound; scores twice too high are far above it."""
    rng = np.random.default_rng(0)
    score = rng.beta(0.4, 8, 6000)
    hit = rng.random(6000) < score
    good = measure_reliability(score, hit, np.arange(6000))
    bad = measure_reliability(np.minimum(1.0, 2.5 * score), hit, np.arange(6000))
    assert good.error is not None
    assert bad.error is not None
    assert good.chance_at_most is not None
    assert bad.chance_at_most is not None
    assert good.error <= good.chance_at_most
    assert bad.error > 3 * bad.chance_at_most
    empty = measure_reliability(score[:0], hit[:0], np.arange(0))
    assert (empty.rows, empty.error, empty.bins) == (0, None, ())
    assert (bins_for(0), bins_for(29), bins_for(90), bins_for(10_000)) == (1, 1, 3, 15)


def test_independent_rows_have_wilsons_interval_and_clusters_a_wider_one() -> None:
    """Rows of one ring agree: ten rings of ten rows are worth about ten rows."""
    hits = np.repeat(np.arange(10) < 4, 10)
    single, ringed = share(hits, np.arange(100)), share(hits, np.repeat(np.arange(10), 10))
    assert (single.low, single.high) == pytest.approx(wilson(40, 100), abs=2e-3)
    assert effective(hits, np.repeat(np.arange(10), 10)) == pytest.approx(9.0, abs=1.1)
    assert single.low is not None
    assert ringed.low is not None
    assert ringed.low < single.low
    every = share(np.ones(12, bool), np.repeat(np.arange(3), 4))
    assert (every.low, every.high) == pytest.approx(wilson(3, 3), abs=1e-9)
    assert share(np.ones(0, bool), np.arange(0)).value is None


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 8)), min_size=1, max_size=50))
def test_a_share_lies_in_its_interval(rows: list[tuple[bool, int]]) -> None:
    """Whatever the clusters."""
    found = share(np.array([h for h, _ in rows]), np.array([c for _, c in rows]))
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_clusters_are_drawn_whole_and_always_alike() -> None:
    """Rows of a cluster carry one weight, weights sum to clusters, the same draws come again."""
    cluster = np.array([5, 5, 9, 2, 2, 2])
    resamples = Resamples(cluster, draws=50)
    first = list(resamples)
    assert len(first) == 50
    for weight, again in zip(first, resamples, strict=True):
        assert (weight == again).all()
        assert weight[0] == weight[1]
        assert weight[3] == weight[4] == weight[5]
        assert weight[0] + weight[2] + weight[3] == 3
    found = ratio(np.array([1.0, 0, 0, 2, 0, 0]), np.ones(6), resamples)
    assert found.value == 0.5
    assert found.low is not None
    assert found.low < 0.5
    assert ratio(np.zeros(6), np.zeros(6), resamples).value is None
    assert between(0.4, np.array([np.nan])).low is None
    assert list(Resamples(cluster[:0], draws=5)) == []
