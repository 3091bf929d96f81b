"""Scale, shift and base rate against what they must do, and scikit-learn's average precision as oracle."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from models.evaluation.over_time.precision import average_precision
from models.training.calibrate import base_rate, fit_scale, fit_shift


def test_shift_makes_the_mean_the_base_rate() -> None:
    raw = np.random.default_rng(0).normal(0, 3, 5000)
    shift = fit_shift(raw, 0.013)
    assert abs(float((1 / (1 + np.exp(-(raw + shift)))).mean()) - 0.013) < 1e-9


def test_scale_falls_when_the_sum_is_too_sure_and_stays_without_findings() -> None:
    rng = np.random.default_rng(1)
    raw = rng.normal(0, 4, 4000)
    outcome = (rng.random(4000) < 1 / (1 + np.exp(-0.4 * raw))).astype(float)
    assert abs(fit_scale(raw, outcome, np.ones(4000)) - 0.4) < 0.05
    assert fit_scale(raw[:0], outcome[:0], np.ones(0)) == 0.8
    assert fit_scale(raw, np.zeros(4000), np.ones(4000)) == 0.8


def test_base_rate_moves_from_what_is_expected_to_what_was_found() -> None:
    assert base_rate(0, 0, 0.01, 0.06) == 0.01
    assert 0.01 < base_rate(100, 1000, 0.01, 0.06) < 0.1
    assert base_rate(0, 100_000, 0.01, 0.06) < 0.001


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=60))
def test_average_precision_is_scikit_learns(rows: list[tuple[int, bool]]) -> None:
    score = np.array([float(s) for s, _ in rows])
    positive = np.array([p for _, p in rows])
    if positive.any():
        assert np.isclose(average_precision(score, positive), average_precision_score(positive, score))
