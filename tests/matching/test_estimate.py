"""What a review says about decision lines, against a list whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from features.matching.estimate import Verdict, by_stratum, estimates, stratum_of


def world(seed: int, pairs: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities that mean what they say, and whether each pair is right."""
    rng = np.random.default_rng(seed)
    probability = np.concatenate([rng.beta(0.2, 4, pairs // 2), rng.beta(8, 0.15, pairs // 2)])
    return probability, rng.random(len(probability)) < probability


def looked_at(seed: int, probability: np.ndarray, right: np.ndarray, each: int) -> list[Verdict]:
    """So many verdicts of each stratum, at random."""
    rng = np.random.default_rng(seed)
    strata = np.array([stratum_of(p) for p in probability])
    chosen = [
        place for s in np.unique(strata) for place in rng.permutation(np.flatnonzero(strata == s))[:each].tolist()
    ]
    return [Verdict(float(probability[k]), bool(right[k])) for k in chosen]


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    """Of many reviews, nine in ten intervals or more hold the share all pairs have."""
    probability, right = world(1)
    lines = (0.5, 0.9, 0.97)
    held = {line: [0, 0] for line in lines}
    for seed in range(60):
        for one in estimates(lines, probability, looked_at(seed, probability, right, 25)):
            above = probability >= one.line
            precision, recall = right[above].mean(), above[right].mean()
            held[one.line][0] += one.precision.low <= precision <= one.precision.high
            held[one.line][1] += one.recall.low <= recall <= one.recall.high
    assert all(count >= 54 for counts in held.values() for count in counts), held


def test_a_higher_line_links_fewer_and_finds_fewer() -> None:
    probability, right = world(2)
    found = estimates((0.5, 0.7, 0.9, 0.99), probability, looked_at(3, probability, right, 30))
    assert [one.links for one in found] == sorted((one.links for one in found), reverse=True)
    recalls = [one.recall.value for one in found if one.recall.value is not None]
    assert len(recalls) == 4
    assert recalls == sorted(recalls, reverse=True)


def test_what_nobody_looked_at_is_not_known() -> None:
    """A stratum above the line without a verdict, or few verdicts in all: not enough, however right they were."""
    probability = np.array([0.95] * 50 + [0.9999] * 50)
    some = [Verdict(0.95, True)] * 50
    assert not estimates((0.9,), probability, some)[0].enough
    both = [*some, *[Verdict(0.9999, True)] * 50]
    assert estimates((0.9,), probability, both)[0].enough
    assert not estimates((0.9,), probability, both[45:55])[0].enough
    assert estimates((0.9,), probability, [])[0].precision.value is None


def test_a_stratum_counts_for_as_many_as_it_holds() -> None:
    """A hundred pairs behind ten verdicts weigh ten times as much as ten behind ten."""
    probability = np.array([0.95] * 100 + [0.995] * 10)
    verdicts = [*[Verdict(0.95, False)] * 10, *[Verdict(0.995, True)] * 10]
    assert estimates((0.9,), probability, verdicts)[0].precision.value == pytest.approx(10 / 110)
    assert by_stratum(probability, verdicts) == {6: (100, 10, 0), 8: (10, 10, 10)}
