"""The random sample: chances that are exactly those of the draw, so that what is estimated from it is unbiased."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.asof import View
from models.scoring.sample import chances, draw, lot, systematic
from models.scoring.select import rows_window
from tests.county import Trained

SIZES = st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=40)


@given(SIZES, st.integers(0, 45))
def test_chances_sum_to_the_places_and_respect_the_cap(sizes: list[float], places: int) -> None:
    size = np.array(sizes)
    found = chances(size, places)
    assert found.sum() == pytest.approx(min(places, len(size)))
    assert ((found >= 0) & (found <= 1)).all()
    # In proportion wherever nobody is capped, and a larger size never has the smaller chance.
    free = found < 1
    if free.any() and places:
        assert np.ptp(found[free] / size[free]) <= 1e-9 * (found[free] / size[free]).max()
        assert (size[~free, None] >= size[None, free] * (1 - 1e-12)).all()


@given(SIZES, st.integers(1, 40), st.floats(0, 1, exclude_max=True))
def test_the_number_drawn_is_fixed(sizes: list[float], places: int, start: float) -> None:
    chance = chances(np.array(sizes), places)
    taken = systematic(chance, start)
    assert len(taken) == len(set(taken.tolist())) == min(places, len(sizes))
    assert set(np.nonzero(chance >= 1)[0].tolist()) <= set(taken.tolist())


def test_over_all_starts_each_is_drawn_by_its_chance() -> None:
    """An even grid of starts instead of luck: the share of starts that take a payment is its chance."""
    chance = chances(np.random.default_rng(4).gamma(0.7, size=60), 9)
    grid = (np.arange(20_000) + 0.5) / 20_000
    times = np.zeros(60)
    for start in grid:
        times[systematic(chance, float(start))] += 1
    assert np.abs(times / len(grid) - chance).max() < 2e-4


def test_lots_are_spread_evenly() -> None:
    """A thousand payments, ten parts of the interval."""
    counts = np.histogram([lot(f"20190701/D{i:08d}") for i in range(2000)], 10, (0, 1))[0]
    assert ((counts - 200) ** 2 / 200).sum() < 27.9  # 99.9 % point of chi-square with 9 degrees of freedom


@pytest.fixture(scope="module")
def window(trained_county: Trained) -> View:
    """Payments of half a year."""
    county = trained_county.county
    rows, at = rows_window(county.ledger, county.moment(0.9), 180)
    return View(county.ledger, at, rows)


def test_what_is_estimated_is_unbiased(window: View) -> None:
    """Horvitz-Thompson totals over many draws: right on the mean, within what so many draws allow.

    The irregular ones lie where the score says, and a third of them where it says nothing: a sample that followed the
    score alone would be as unbiased, but an estimate that forgot the chances would not.
    """
    rng = np.random.default_rng(5)
    n = window.n
    probability = np.clip(rng.gamma(0.3, 0.05, n), 1e-4, 0.9)
    irregular = (rng.random(n) < probability) | (rng.random(n) < 0.01)
    anomaly = rng.random(n) ** 4
    frame = np.nonzero(probability < 0.2)[0].astype(np.int64)
    wanted = float(irregular[frame].sum())
    totals, plain = [], []
    for k in range(600):
        taken = draw(window, frame, probability, 40, seed=f"draw {k}", anomaly=anomaly)
        assert len(taken) == 40
        assert set(dict(taken)) <= set(frame.tolist())
        totals.append(sum(irregular[i] / p for i, p in taken))
        plain.append(sum(irregular[i] for i, _ in taken) / 40 * len(frame))
    error = float(np.std(totals, ddof=1)) / len(totals) ** 0.5
    assert abs(np.mean(totals) - wanted) < 3.5 * error
    assert np.mean(plain) > wanted + 5 * float(np.std(plain, ddof=1)) / len(plain) ** 0.5


def test_small_programs_and_high_scores_are_seen_more_often(window: View) -> None:
    """A payment of a rare program, one near the line and an odd one: each has a better chance than its like."""
    frame = np.arange(window.n, dtype=np.int64)
    probability = np.full(window.n, 0.002)
    probability[::10] = 0.1
    anomaly = np.zeros(window.n)
    anomaly[5::10] = 0.9
    chance: dict[int, float] = {}
    for k in range(60):
        chance |= dict(draw(window, frame, probability, 200, seed=str(k), anomaly=anomaly))
    program = np.asarray(window.own("program_id"))
    sizes = {int(p): int((program == p).sum()) for p in np.unique(program)}
    rare, common = min(sizes, key=lambda p: sizes[p]), max(sizes, key=lambda p: sizes[p])

    def of(wanted: int, kind: int) -> float:
        return float(np.mean([c for i, c in chance.items() if program[i] == wanted and i % 10 == kind]))

    assert of(common, 0) > 1.5 * of(common, 1)
    assert of(common, 5) > 1.5 * of(common, 1)
    everything = [np.mean([c for i, c in chance.items() if program[i] == p]) for p in (rare, common)]
    assert everything[0] > everything[1]


def test_order_of_the_payments_changes_nothing(window: View) -> None:
    """The same payments in another order draw the same sample with the same chances."""
    rng = np.random.default_rng(2)
    probability = rng.random(window.n) * 0.1
    order = rng.permutation(window.n)
    assert window.rows is not None
    mixed = View(window.ledger, window.at[order], window.rows[order])
    frame = np.arange(window.n, dtype=np.int64)
    here = {int(window.rows[i]): p for i, p in draw(window, frame, probability, 25, seed="s")}
    there = {int(window.rows[order[i]]): p for i, p in draw(mixed, frame, probability[order], 25, seed="s")}
    assert here.keys() == there.keys()
    assert all(here[row] == pytest.approx(there[row]) for row in here)


def test_no_places_no_payments_and_places_for_all(window: View) -> None:
    probability = np.full(window.n, 0.01)
    nothing = np.empty(0, dtype=np.int64)
    assert draw(window, nothing, probability, 5, seed="s") == []
    assert draw(window, np.arange(3, dtype=np.int64), probability, 0, seed="s") == []
    assert sorted(draw(window, np.arange(3, dtype=np.int64), probability, 9, seed="s")) == [(0, 1), (1, 1), (2, 1)]
