"""The parts of a fold by themselves: splits, budgets, stability, typologies nobody confirmed, best feature."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.evaluation.over_time.budgets import CAPACITY, budgets_of, tops_of
from models.evaluation.over_time.distribution import EDGES, measure_distribution
from models.evaluation.over_time.setting import quarters
from models.evaluation.over_time.slices import Judged, joined, measure_parts, measure_slice
from models.evaluation.over_time.stability import again, overlap, rank_agreement
from models.evaluation.over_time.unseen import is_unseen, measure_unseen
from models.evaluation.splits import MICROSECONDS_A_DAY, UNDECIDED, rolling_origin
from models.scoring.policy import Policy

moments = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 500)), min_size=1, max_size=80)


@given(moments, st.integers(1, 5), st.integers(10, 120))
def test_folds_conserve_rows_and_keep_to_their_time(rows: list[tuple[int, int]], folds: int, days: int) -> None:
    """Every row submitted in a fold's period is ahead there and nowhere else; nothing is in two sides."""
    submitted = np.array([s for s, _ in rows]) * MICROSECONDS_A_DAY
    decided = np.where(
        np.array([d for _, d in rows]) > 450, UNDECIDED, submitted + np.array([d for _, d in rows]) * MICROSECONDS_A_DAY
    )
    as_of = 400 * MICROSECONDS_A_DAY
    splits = list(rolling_origin(submitted, decided, as_of=as_of, folds=folds, days=days, at_least=0))
    assert len(splits) == folds
    ahead = np.concatenate([s.ahead for s in splits])
    wanted = np.nonzero((submitted >= as_of - folds * days * MICROSECONDS_A_DAY) & (submitted < as_of))[0]
    assert sorted(ahead.tolist()) == wanted.tolist()
    for split in splits:
        assert (submitted[split.past] < split.as_of).all()
        assert (decided[split.learn] <= split.as_of).all()
        assert np.isin(split.learn, split.past).all()
        assert (submitted[split.ahead] >= split.as_of).all()
        assert (submitted[split.ahead] < split.until).all()
        assert (decided[split.judge] <= as_of).all()
        assert np.isin(split.judge, split.ahead).all()
        assert len(np.intersect1d(split.past, split.ahead)) == 0


def test_budgets_are_the_policys_places_and_shares_of_the_list() -> None:
    """Between one payment and all; ties fall by the given number."""
    policy = Policy.load()
    places = sum(policy[f"desks.{desk}_capacity"] for desk in ("discipline", "department", "owed"))
    assert budgets_of(20_000, policy) == {CAPACITY: places, "0.5%": 100, "1%": 200, "2%": 400}
    assert budgets_of(40, policy) == {CAPACITY: 40, "0.5%": 1, "1%": 1, "2%": 1}
    assert set(budgets_of(0, policy).values()) == {0}
    score, tie = np.array([0.5, 0.9, 0.5, 0.1]), np.array([0.9, 0.1, 0.2, 0.3])
    assert tops_of(score, tie, {"a": 2})["a"].tolist() == [False, True, True, False]


def judged(n: int = 200, seed: int = 0) -> Judged:
    """Payments of which a third have an answer."""
    rng = np.random.default_rng(seed)
    usable = rng.random(n) < 0.3
    confirmed = usable & (rng.random(n) < 0.3)
    score = rng.random(n) + confirmed
    tops = tops_of(score, rng.random(n), {CAPACITY: 30, "1%": 2})
    return Judged(score, usable, confirmed, rng.random(n) * 100, np.arange(n), tops)


def test_a_slice_counts_what_it_says() -> None:
    """Precision among the answered at the top, recall over all confirmed, money over their yuan."""
    rows = judged()
    found = measure_slice("all", rows, draws=20)
    top = found.top(CAPACITY)
    mask = rows.tops[CAPACITY]
    assert (found.judged, found.labelled, found.confirmed) == (200, rows.usable.sum(), rows.confirmed.sum())
    assert (top.looked_at, top.labelled, top.confirmed) == (
        30,
        (mask & rows.usable).sum(),
        (mask & rows.confirmed).sum(),
    )
    assert top.precision.value == pytest.approx(top.confirmed / top.labelled)
    assert top.recall.value == pytest.approx(top.confirmed / found.confirmed)
    money = rows.amount * rows.confirmed
    assert top.money_recall.value == pytest.approx(money[mask].sum() / money.sum())
    with pytest.raises(KeyError, match="known are capacity"):
        found.top("3%")


def test_parts_of_a_fold_add_up_to_it() -> None:
    """Counties get no list of their own: what they hold of the top sums to the top."""
    rows = judged()
    names = np.array(["519901", "519902", "", "519903"], dtype=object)[np.arange(200) % 4]
    parts = measure_parts(names, rows, draws=0)
    assert [p.name for p in parts] == ["519901", "519902", "519903"]
    named = measure_slice("named", rows.take(names != ""), draws=0)
    for count in ("judged", "labelled", "confirmed"):
        assert sum(getattr(p, count) for p in parts) == getattr(named, count)
    assert sum(p.top(CAPACITY).looked_at for p in parts) == named.top(CAPACITY).looked_at
    both = measure_slice("both", joined([rows, judged(seed=1)]), draws=0)
    assert both.top(CAPACITY).looked_at == 60


def test_nothing_answered_is_no_figure() -> None:
    """And no error either."""
    rows = judged()
    found = measure_slice("none", rows.take(~rows.usable), draws=10)
    assert found.average_precision.value is None
    assert found.top(CAPACITY).precision.value is None
    assert found.top(CAPACITY).money_recall.value is None


def test_stability_of_the_top() -> None:
    """Hubs are compared among those paid in both periods; models on the same payments."""
    before, now = np.array([1, 2, 3, -1]), np.array([2, 3, 4, -1])
    all_top = np.ones(4, bool)
    assert again(before, np.array([True, True, False, True]), now, all_top) == 0.5
    assert again(before, all_top, np.array([7, 8]), np.ones(2, bool)) is None
    assert overlap(np.array([True, True, False]), np.array([True, False, True])) == pytest.approx(1 / 3)
    assert overlap(np.zeros(2, bool), np.zeros(2, bool)) == 1
    score = np.arange(6.0)
    assert rank_agreement(score, score**3, np.ones(6, bool)) == pytest.approx(1.0)
    assert rank_agreement(score, -score, np.ones(6, bool)) == pytest.approx(-1.0)
    assert rank_agreement(score, np.ones(6), np.ones(6, bool)) is None
    assert rank_agreement(score, score, np.zeros(6, bool)) is None


def test_typologies_nobody_had_confirmed() -> None:
    """A payment is new when none of its typologies had been confirmed; unnamed ones are neither."""
    kinds = [frozenset({"T01"}), frozenset({"T22", "T01"}), frozenset({"T22"}), frozenset({"T25"}), frozenset()]
    unseen = is_unseen(kinds, frozenset({"T01"}))
    assert unseen.tolist() == [False, False, True, True, False]
    top = np.array([True, True, True, False, True])
    found = measure_unseen("1%", top, np.ones(5, bool), unseen, kinds, np.arange(5))
    assert found is not None
    assert (found.unseen_rows, found.seen_rows, found.unseen_kinds) == (2, 2, ("T22", "T25"))
    assert found.ratio == pytest.approx(0.5)
    assert measure_unseen("1%", top, np.zeros(5, bool), unseen, kinds, np.arange(5)) is None
    only = measure_unseen("1%", top, np.array([0, 0, 1, 1, 0], bool), unseen, kinds, np.arange(5))
    assert only is not None
    assert only.ratio is None


def test_scores_are_counted_once_each() -> None:
    """Whatever lies beyond the outer edges is in the outer bins."""
    score = np.array([0.0, 1e-9, 0.2, 0.5, 1.0])
    confirmed = np.array([False, False, True, False, True])
    found = measure_distribution(score, np.array([True, False, True, True, True]), confirmed)
    assert (sum(found.judged), sum(found.confirmed), sum(found.cleared)) == (5, 2, 2)
    assert len(found.judged) == len(EDGES) - 1
    assert sum(found.plus(found).judged) == 10


def test_quarters_are_local() -> None:
    """The last microsecond of March and the first of April."""
    april = 17_622 * MICROSECONDS_A_DAY
    assert quarters(np.array([april - 1, april], dtype=np.int64)).tolist() == ["2018Q1", "2018Q2"]
