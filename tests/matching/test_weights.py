"""Learning without labels: against known shares, against Splink, against counting by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from features.matching import blocking, splink_model, store
from features.matching.compare import Compared
from features.matching.comparisons import Comparison, Level, comparison_of
from features.matching.divisions import Divisions
from features.matching.fields import Reader
from features.matching.link import learn_from
from features.matching.spec import load_spec
from features.matching.weights import UNIT, learn, rival_odds
from tests.matching.lists import FEBRL_POLICY, febrl, small


@given(st.lists(st.tuples(st.integers(0, 4), st.floats(-30, 30)), max_size=30))
def test_rival_odds_are_those_of_all_others(pairs: list[tuple[int, float]]) -> None:
    """Against adding up one by one."""
    pairs.sort()
    rows = np.array([p[0] for p in pairs], np.int32)
    odds = np.array([p[1] for p in pairs])
    found = rival_odds(rows, odds)
    for n in range(len(pairs)):
        others = sum(np.exp(odds[k]) for k in range(len(pairs)) if k != n and rows[k] == rows[n])
        assert found[n] == pytest.approx(others, rel=1e-5, abs=1e-12)


def three_levels(name: str) -> Comparison:
    """A field of three levels, shipped with shares far from the truth."""
    return Comparison(
        name, "", (Level("same", "", "", 0.5), Level("close", "", "", 0.3), Level("differs", "", "", 0.2))
    )


def draw(rng: np.random.Generator, shares: NDArray[np.float64], n: int) -> NDArray[np.int8]:
    """Levels drawn by their shares."""
    return np.asarray(rng.choice(3, n, p=shares), dtype=np.int8)


def test_shares_the_data_were_made_with_are_found_again() -> None:
    """Rows with one true candidate among ten, seven in ten rows linkable: m, u and the linkable share come back."""
    rng = np.random.default_rng(7)
    true_m = np.array([[0.9, 0.07, 0.03], [0.8, 0.1, 0.1], [0.95, 0.03, 0.02], [0.85, 0.1, 0.05]])
    true_u = np.array([[0.02, 0.08, 0.9], [0.01, 0.19, 0.8], [0.05, 0.05, 0.9], [0.03, 0.07, 0.9]])
    rows, candidates = 4000, 10
    person = np.tile(np.arange(candidates), rows).astype(np.int32)
    row = np.repeat(np.arange(rows), candidates).astype(np.int32)
    match = (person == 0) & np.repeat(rng.random(rows) < 0.7, candidates)
    levels = np.stack(
        [np.where(match, draw(rng, m, len(row)), draw(rng, u, len(row))) for m, u in zip(true_m, true_u, strict=True)],
        axis=1,
    )
    random = np.stack([draw(rng, u, 200_000) for u in true_u], axis=1)
    patterns, counts = np.unique(random, axis=0, return_counts=True)
    comparisons = tuple(three_levels(f"f{n}") for n in range(4))
    compared = Compared(row, person, levels, np.full(levels.shape, np.nan))
    model = learn(
        compared, patterns, counts.astype(np.int64), {}, comparisons, small(rounds=60), rows=rows, persons=candidates
    )
    for n in range(4):
        assert model.m[f"f{n}"] == pytest.approx(true_m[n], abs=0.03)
        assert model.u[f"f{n}"] == pytest.approx(true_u[n], abs=0.02)
    assert model.linked == pytest.approx(0.7, abs=0.03)
    assert model.weights("f0")[0] / UNIT == pytest.approx(np.log(0.9 / 0.02), abs=0.15)


def test_few_rows_stay_near_the_shipped_shares() -> None:
    """One row cannot teach that everything always agrees."""
    comparisons = (three_levels("f"),)
    one = Compared(np.zeros(1, np.int32), np.zeros(1, np.int32), np.zeros((1, 1), np.int8), np.full((1, 1), np.nan))
    patterns, counts = np.array([[0], [1], [2]], np.int8), np.array([10, 20, 970])
    model = learn(one, patterns, counts, {}, comparisons, small(), rows=1, persons=10)
    assert model.m["f"] == pytest.approx([0.5, 0.3, 0.2], abs=0.02)


def test_splinks_own_expectation_maximisation_agrees() -> None:
    """On febrl4 both find nearly the same shares of true pairs, from the same comparisons and columns."""
    spec = load_spec(FEBRL_POLICY)
    comparisons = tuple(comparison_of(f) for f in spec.fields)
    with store.opened(10_000) as con:
        store.fill(con, Reader(spec, Divisions()), febrl("dataset4b.csv"), febrl("dataset4a.csv"))
        blocking.candidates(con, spec)
        columns = store.columns_of(con)
        model = learn_from(con, spec, comparisons, columns)
        found = splink_model.expectation_maximisation(con, model, columns, (("number",), ("surname",), ("postcode",)))
    for c in comparisons:
        assert np.abs(found[c.field] - model.m[c.field]).max() < 0.03, c.field
