"""Doubly robust shares: unbiased whatever the score, sharper where the score is good."""

from __future__ import annotations

import numpy as np
import pytest

from models.evaluation.calibration import expected_error
from models.evaluation.doubly_robust import Corrected, corrected
from models.scoring.sample import chances, systematic

N = 4000
Draws = list[tuple[np.ndarray, np.ndarray]]


@pytest.fixture(scope="module")
def world() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A good score, what is true of each payment, and the payments looked at for sure (the highest scores)."""
    rng = np.random.default_rng(8)
    score = np.clip(rng.gamma(0.15, 0.15, N), 0.001, 0.95)
    irregular = rng.random(N) < score
    sure = score >= np.sort(score)[-40]
    return score, irregular, sure


def looks(score: np.ndarray, sure: np.ndarray, places: int, start: float) -> tuple[np.ndarray, np.ndarray]:
    """Who is looked at, the sure ones and a sample of the others, and the chance each had."""
    frame = np.nonzero(~sure)[0]
    chance = np.ones(N)
    chance[frame] = chances(np.sqrt(score[frame] + 0.004), places)
    looked = sure.copy()
    looked[frame[systematic(chance[frame], start)]] = True
    return looked, chance


@pytest.mark.parametrize("wrong", [False, True], ids=["a good score", "a score that is wrong everywhere"])
def test_unbiased_over_draws(world: tuple[np.ndarray, np.ndarray, np.ndarray], wrong: bool) -> None:
    """Base rate and precision above a line, over an even grid of starts: exact up to the grid."""
    score, irregular, sure = world
    said = 1 - score if wrong else score
    above = score >= 0.1
    found = [corrected(said, irregular & looked, looked, chance)
             for looked, chance in (looks(score, sure, 60, (k + 0.5) / 500) for k in range(500))]  # fmt: skip
    assert np.mean([f.share().value for f in found]) == pytest.approx(irregular.mean(), abs=2e-3)
    assert np.mean([f.share(above).value for f in found]) == pytest.approx(irregular[above].mean(), abs=5e-3)


def test_a_good_score_makes_it_sharper_than_weights_alone(world: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """Spread over draws against Horvitz and Thompson's, and against the error the estimate itself states."""
    score, irregular, sure = world
    rng = np.random.default_rng(1)
    robust, weighted, said = [], [], []
    for _ in range(400):
        order = rng.permutation(N)
        looked, chance = looks(score[order], sure[order], 60, float(rng.random()))
        found = corrected(score[order], irregular[order] & looked, looked, chance).share()
        robust.append(found.value)
        said.append(found.error)
        weighted.append(float((irregular[order][looked] / chance[looked]).sum()) / N)
    assert np.std(robust) < np.std(weighted)
    # The stated error is that of a draw without a fixed number: never too small on the whole.
    assert np.std(robust) < 1.15 * float(np.sqrt(np.mean(np.square(said))))


def test_everything_looked_at_is_what_was_found(world: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """No estimate is left: shares, recall and calibration are those of the findings."""
    score, irregular, _ = world
    found = corrected(score, irregular, np.ones(N, dtype=bool), np.ones(N))
    above = score > 0.2
    assert found.share().value == pytest.approx(irregular.mean())
    assert found.share().error == 0
    assert found.recall(above).value == pytest.approx(irregular[above].sum() / irregular.sum())
    assert found.calibration_error(score, 7) == pytest.approx(expected_error(score, irregular, 7))


def test_nothing_looked_at_is_what_the_score_says(world: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """Then the estimate is only as good as the score."""
    score, irregular, _ = world
    found = corrected(score, irregular, np.zeros(N, dtype=bool), np.ones(N))
    assert found.share().value == pytest.approx(score.mean())
    assert found.calibration_error(score) == 0


def test_recall_is_a_share_whatever_a_small_sample_says() -> None:
    """Pseudo-outcomes leave [0, 1] and may sum to nothing: recall does not."""
    outcome = np.array([0.9, -2.0, 1.4, 0.1])
    some = Corrected(outcome, np.ones(4)).recall(np.array([True, False, True, False]))
    assert 0 <= some.value <= 1
    none = Corrected(-outcome, np.ones(4)).recall(np.array([True, False, True, False]))
    assert np.isnan(none.value)
    assert np.isnan(Corrected(outcome, np.ones(4)).share(np.zeros(4, dtype=bool)).value)
    low, high = Corrected(outcome, np.ones(4)).share().interval
    assert 0 <= low <= high <= 1


def test_what_cannot_be_divided_by_is_refused() -> None:
    half, yes = np.full(3, 0.5), np.ones(3, dtype=bool)
    with pytest.raises(ValueError, match="chance above 0"):
        corrected(half, yes, yes, np.array([0.5, 0.0, 1.0]))
    with pytest.raises(ValueError, match="chance above 0"):
        corrected(half, yes, yes, np.array([0.5, np.nan, 1.0]))
    with pytest.raises(ValueError, match="shapes"):
        corrected(half, yes, yes, np.ones(2))
