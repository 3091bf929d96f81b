"""What a fired rule is worth: rate, findings, muting."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.training.rule_weights import BY_SEVERITY, RatePrior, expected_precision, weights

PRIOR = RatePrior(4e-4, 1.0, 4e-4, 1.5)


def test_the_more_often_it_fires_the_less_it_is_worth() -> None:
    precision = [expected_precision(PRIOR, rate, 0, 0) for rate in (2e-4, 1e-3, 1e-2, 1e-1)]
    assert precision == sorted(precision, reverse=True)
    assert precision[-1] < 0.02


def test_findings_move_it_both_ways() -> None:
    neutral = expected_precision(PRIOR, 1e-3, 0, 0)
    assert expected_precision(PRIOR, 1e-3, 8, 0) > neutral > expected_precision(PRIOR, 1e-3, 0, 8)


@given(
    st.sampled_from(sorted(BY_SEVERITY)),
    st.floats(1e-6, 1.0),
    st.integers(0, 500),
    st.integers(0, 500),
)
def test_it_is_a_probability_and_one_more_confirmation_never_lowers_it(
    severity: str, rate: float, confirmed: int, cleared: int
) -> None:
    prior = BY_SEVERITY[severity]
    here = expected_precision(prior, rate, confirmed, cleared)
    assert 0.0 <= here <= 1.0
    assert expected_precision(prior, rate, confirmed + 1, cleared) >= here - 1e-12


def test_a_rule_below_the_bound_is_muted_and_none_weighs_less_than_nothing() -> None:
    found, muted = weights(np.array([0.9, 0.02, 0.005]), base_rate=0.01, mute_below=0.03)
    assert muted.tolist() == [False, True, True]
    assert found[0] > 6
    assert found[1] == found[2] == 0
