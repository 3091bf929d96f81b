"""Terms taught by invented counties: what they add, how far a county believes them, how two terms become one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from features.asof import View
from models.scoring.bundle import Term
from models.scoring.facts import facts_of, model_features
from models.training import calibrate, shipped_terms
from tests.county import Trained

STEPS = st.lists(st.floats(-50, 50, width=32), min_size=0, max_size=6, unique=True)


def a_term(cuts: list[float], seed: int) -> Term:
    """A term with these cuts and arbitrary steps."""
    rng = np.random.default_rng(seed)
    return Term("x", np.sort(np.array(cuts, dtype=np.float64)), rng.normal(size=len(cuts) + 1), float(rng.normal()))


@given(STEPS, STEPS, st.integers(0, 99), arrays(np.float32, 20, elements=st.floats(-60, 60, width=32)))
def test_two_terms_as_one_say_the_sum(first: list[float], second: list[float], seed: int, x: np.ndarray) -> None:
    """At every value, at the cuts themselves, and where the value is missing."""
    a, b = a_term(first, seed), a_term(second, seed + 1)
    at = np.concatenate([x, a.cuts, b.cuts, [np.nan, -np.inf, np.inf]])
    assert np.allclose(a.plus(b).values(at), a.values(at) + b.values(at))


def test_what_is_shipped_speaks_of_features_there_are() -> None:
    """Every term's feature is computed here, none twice, and each has a step more than cuts."""
    names = [term.feature for term in shipped_terms.shipped_terms()]
    assert len(names) > 100
    assert len(set(names)) == len(names)
    assert set(names) <= {feature.name for feature in model_features()}
    assert all(len(t.scores) == len(t.cuts) + 1 for t in shipped_terms.shipped_terms())


def test_written_terms_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To four decimals of log-odds."""
    term = a_term([1.25, 3.5], 4)
    shipped_terms.write([term], tmp_path / "terms.json")
    monkeypatch.setattr(shipped_terms, "FILE", tmp_path / "terms.json")
    (again,) = shipped_terms.shipped_terms.__wrapped__()
    assert np.allclose(again.scores, term.scores, atol=5e-5)
    assert np.array_equal(again.cuts, term.cuts)


def test_parts_of_a_term_add_up(trained_county: Trained) -> None:
    """Small and strong words together are the whole term but for a constant; the small ones stay within the cap."""
    facts = facts_of(View.before_payment(trained_county.county.ledger, np.arange(400)), trained_county.policy)
    terms = shipped_terms.shipped_terms()
    small, strong = shipped_terms.in_parts(terms, facts)
    assert len(small) == len(strong) == len(terms)
    for whole, low, high in zip(terms, small, strong, strict=True):
        assert np.abs(low.scores).max() <= shipped_terms.CAP + 1e-12
        apart = whole.scores - low.scores - high.scores
        assert np.allclose(apart, apart[0])
        assert whole.missing - low.missing - high.missing == pytest.approx(apart[0])


def findings(small: float, strong: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rules' and shipped log-odds of 4,000 findings whose truth believes the two shipped parts so far."""
    rng = np.random.default_rng(seed)
    rules, shipped = rng.normal(-2, 2, 4000), rng.normal(0, 1.5, (4000, 2))
    p = 1 / (1 + np.exp(-0.8 * (rules + shipped @ [small, strong])))
    return rules, shipped, (rng.random(4000) < p).astype(np.float64)


@pytest.mark.parametrize("shares", [(0.0, 0.0), (0.9, 0.0), (0.3, 0.6)])
def test_findings_say_how_far_the_terms_are_believed(shares: tuple[float, float]) -> None:
    """Many findings find the shares they were made with; what says nothing here is not believed."""
    assert calibrate.fit_shares(*findings(*shares, 5)) == pytest.approx(shares, abs=0.12)


def test_without_findings_of_both_kinds_the_shares_are_the_shipped_ones() -> None:
    """One kind alone says nothing, and neither does nothing."""
    rules, shipped, outcome = findings(0.5, 0.5, 6)
    for none in (np.ones_like(outcome), outcome[:0]):
        assert tuple(calibrate.fit_shares(rules[: len(none)], shipped[: len(none)], none)) == calibrate.SHARES_UNSEEN
