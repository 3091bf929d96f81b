"""The measures of drift against scipy, against chance, and against changes of known size."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest, chi2

from models.drift.hits import _discovered, _interval, _p, rates
from models.drift.stability import index


def test_index_is_the_published_one() -> None:
    """Two bins from a half each to 0.6 and 0.4: (0.1) ln(1.2) + (-0.1) ln(0.8), the half rows aside."""
    found = index(np.array([[0.6, 0.4]]), np.array([[0.5, 0.5]]), 1e9, 1e9)
    assert found[0] == pytest.approx(0.1 * np.log(1.2) - 0.1 * np.log(0.8), abs=1e-6)
    assert index(np.array([[0.5, 0.5]]), np.array([[0.5, 0.5]]), 100, 100)[0] == 0
    assert np.isfinite(index(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]]), 50, 50)[0])


@pytest.mark.parametrize(("hits", "expected", "total"), [(3, 10.0, 40), (25, 10.0, 100), (10, 10.0, 10), (0, 8.0, 30)])
def test_p_is_the_exact_conditional_one(hits: int, expected: float, total: int) -> None:
    """At dispersion 1 the two tails are scipy's, doubled."""
    share = expected / (expected + total)
    tails = [binomtest(hits, hits + total, share, alternative=side).pvalue for side in ("less", "greater")]
    assert _p(hits, expected, total, 1.0) == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-6)


def test_interval_is_the_exact_poisson_one() -> None:
    """Garwood's interval by chi-square quantiles; a larger dispersion widens it."""
    low, high = _interval(10, 5.0, 1.0)
    assert low == pytest.approx(chi2.ppf(0.025, 20) / 2 / 5)
    assert high == pytest.approx(chi2.ppf(0.975, 22) / 2 / 5)
    wide = _interval(10, 5.0, 4.0)
    assert wide[0] < low
    assert wide[1] > high
    assert _interval(0, 5.0, 1.0)[0] == 0.0


def test_false_discoveries_are_held() -> None:
    """Of many true nulls hardly ever one is believed; of strong ones nearly all."""
    rng = np.random.default_rng(4)
    believed = [_discovered(rng.random(100), 0.01).any() for _ in range(300)]
    assert np.mean(believed) < 0.03
    assert _discovered(np.concatenate([np.full(10, 1e-6), rng.random(90)]), 0.01)[:10].all()


def test_hits_that_always_came_in_rings_need_more() -> None:
    """Twenty hits against five alarm where hits came one by one, and not where they came by the twenty."""
    rows = np.full((1, 12), 1000)
    steady = np.full((1, 12, 1), 5)
    rings = np.zeros((1, 12, 1), dtype=int)
    rings[0, ::4, 0] = 20
    even = rates(("r",), np.array([20]), np.array([1000]), steady, rows)[0]
    lumpy = rates(("r",), np.array([20]), np.array([1000]), rings, rows)[0]
    assert (even.changed, lumpy.changed) == (True, False)
    assert even.expected == lumpy.expected == pytest.approx(5.0)
    assert lumpy.dispersion > 3 * even.dispersion


def test_a_mix_of_programs_is_expected_as_mixed() -> None:
    """A period of the frequent program alone expects that program's hits, not the average's."""
    known = np.array([[[50]] * 12, [[0]] * 12])
    rows = np.full((2, 12), 1000)
    found = rates(("r",), np.array([50]), np.array([1000, 0]), known, rows)[0]
    assert found.expected == pytest.approx(50)
    assert not found.changed
