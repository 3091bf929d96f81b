"""Learning from selected findings: chances find their payments, the base rate counts what was found, lessons hold."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from features.asof.ledger import NEVER
from models.scoring import draws
from models.scoring.facts import Facts, gather
from models.scoring.sample import chances, systematic
from models.training import calibrate
from models.training.labels import CLEARED, CONFIRMED, ERROR, UNLABELLED, Labels, labels_at
from models.training.selective import (
    CORRECTIONS,
    LARGEST_WEIGHT,
    Problem,
    base_rate,
    believed,
    elkan_noto,
    inverse_propensity,
    looked_at_chance,
    naive,
    random_evidence,
    start_of,
    two_step,
    with_propensities,
)
from models.training.train import reference_rows
from tests.county import Trained

pytestmark = pytest.mark.filterwarnings("ignore:Missing values detected")
Record = tuple[int, str, str, float]


def made(outcome: list[int], random: list[bool], propensity: list[float] | None = None) -> Labels:
    """Labels decided at moment 100."""
    values = np.array(outcome, np.int8)
    return Labels(
        values,
        np.array(random, dtype=bool),
        np.where(values == UNLABELLED, NEVER, 100).astype(np.int64),
        propensity=np.full(len(values), np.nan) if propensity is None else np.array(propensity),
    )


@pytest.fixture(scope="module")
def problem(trained_county: Trained) -> Problem:
    """A county's past with its findings."""
    county, moment = trained_county.county, trained_county.county.moment(0.7)
    rows = reference_rows(county.ledger, moment)
    facts = gather(county.ledger, rows, trained_county.policy)
    start = start_of(facts, trained_county.bundle.rule_weights, 0.01)
    return Problem(facts, labels_at(county.ledger, rows, moment), start, seed=3)


def test_chances_find_their_payments(trained_county: Trained) -> None:
    """Of several draws the last before the finding counts; alerts, later draws and other findings do not."""
    ledger = trained_county.county.ledger
    rows = np.arange(5, dtype=np.int64)
    codes = ledger.tables["disbursements"].codes("disbursement_id")[rows]
    ids = [str(i) for i in ledger.vocabulary("disbursement").decode(codes)]
    records: list[Record] = [
        (50, ids[0], "random", 0.1), (90, ids[0], "random", 0.2), (120, ids[0], "random", 0.3),
        (50, ids[1], "alert", 1.0), (150, ids[2], "random", 0.4), (50, ids[3], "random", 0.5),
        (50, "D-ELSEWHERE", "random", 0.6),
    ]  # fmt: skip
    offered = pa.Table.from_pylist(
        [{"queue_at": at, "case_id": "K", "disbursement_id": i, "offered_as": how, "propensity": p, "frame": 9}
         for at, i, how, p in records],
        schema=draws.SCHEMA,
    )  # fmt: skip
    labels = made([0, 1, 0, 1, -1], [True, False, True, False, False])
    found = with_propensities(labels, ledger, rows, offered).propensity
    assert found[0] == 0.2
    assert np.isnan(found[1:]).all()
    assert np.isnan(labels.propensity).all()
    assert with_propensities(labels, ledger, rows, draws.SCHEMA.empty_table()) is labels


def test_evidence_of_the_random_sample() -> None:
    """Without chances plain counts; with them Hajek's share at Kish's size; errors are looked at, not confirmed."""
    assert random_evidence(made([-1, 1, 0], [False, False, False])) == (0.0, 0.0)
    plain = made([1, 0, 0, 2, 1, -1], [True, True, True, True, False, False])
    assert random_evidence(plain) == pytest.approx((1.0, 4.0))
    weighted = made([1, 0, 0, 2, 1, -1], [True, True, True, True, False, False], [0.5, 0.1, 0.1, 0.1, np.nan, np.nan])
    confirmed, looked = random_evidence(weighted)
    assert confirmed / looked == pytest.approx(2 / 32)
    assert looked == pytest.approx(32**2 / (4 + 300))
    missing = made([1, 0, 0], [True, True, True], [0.5, 0.25, np.nan])
    assert random_evidence(missing)[0] / random_evidence(missing)[1] == pytest.approx(2 / (2 + 4 + 3))


def test_base_rate_counts_what_was_found_for_a_reason() -> None:
    """A county of 20,000 payments whose queue finds half of what is irregular: the sample alone sees the rest only.

    Sampled again and again by unequal chances; the prior is given next to no weight, and findings are right.
    """
    rng = np.random.default_rng(12)
    n = 20_000
    risk = np.clip(rng.gamma(0.3, 0.06, n), 0.0005, 0.9)
    irregular = rng.random(n) < risk
    chosen = risk >= np.sort(risk)[-400]
    frame = np.nonzero(~chosen)[0]
    chance = chances(np.sqrt(risk[frame] + 0.004), 300)
    honest, blind, unweighted = [], [], []
    for k in range(200):
        order = rng.permutation(len(frame))
        taken = frame[order[systematic(chance[order], (k + 0.5) / 200)]]
        outcome = np.full(n, UNLABELLED, np.int8)
        looked = np.concatenate([taken, np.nonzero(chosen)[0]])
        outcome[looked] = irregular[looked]
        propensity = np.full(n, np.nan)
        propensity[frame] = chance
        drawn = np.zeros(n, dtype=bool)
        drawn[taken] = True
        labels = Labels(outcome, drawn, np.full(n, 100), propensity=propensity)
        honest.append(base_rate(labels, 0.01, 0.0, trust=1e-6))
        counts = float((outcome[taken] == 1).sum()), float(len(taken))
        blind.append(calibrate.base_rate(*counts, 0.01, 0.0, trust=1e-6))
        alike = Labels(outcome, drawn, np.full(n, 100))
        unweighted.append(base_rate(alike, 0.01, 0.0, trust=1e-6))
    error = float(np.std(honest, ddof=1)) / len(honest) ** 0.5
    assert abs(np.mean(honest) - irregular.mean()) < 4 * error + 2e-4
    assert np.mean(unweighted) > irregular.mean() + 8 * error
    assert abs(np.mean(blind) - irregular.mean()) > 8 * error


def test_without_a_sample_the_base_rate_is_what_was_expected() -> None:
    """What was found is part of what was expected, not on top of it; and it never says that nothing is left."""
    nobody = made([-1] * 100, [False] * 100)
    assert base_rate(nobody, 0.05, 0.06) == pytest.approx(0.05)
    three = made([1, 1, 1, 0] + [-1] * 96, [False] * 100)
    assert base_rate(three, 0.05, 0.06) == pytest.approx(0.05)
    many = made([1] * 20 + [-1] * 80, [False] * 100)
    assert 0.2 < base_rate(many, 0.05, 0.06) < 0.25
    assert base_rate(made([1, 0], [False, False]), 0.05, 0.06) == 0.5
    assert base_rate(made([], []), 0.05, 0.06) == 0.05


def test_every_correction_gives_a_lesson_that_can_be_learned(problem: Problem) -> None:
    """Findings as they are, errors nowhere, soft targets inside [0, 1], positive weights, the same twice."""
    labels = problem.labels
    assert (labels.outcome == ERROR).sum() > 3
    for name, correct in CORRECTIONS.items():
        lesson, again = correct(problem), correct(problem)
        outcome = labels.outcome[lesson.rows]
        assert len(set(lesson.rows.tolist())) == len(lesson.rows), name
        assert not (outcome == ERROR).any(), name
        assert (lesson.target[outcome == CONFIRMED] == 1).all(), name
        assert (lesson.target[outcome == CLEARED] == 0).all(), name
        assert set(np.nonzero(labels.usable)[0].tolist()) <= set(lesson.rows.tolist()), name
        assert ((lesson.target >= 0) & (lesson.target <= 1)).all(), name
        assert (lesson.weight > 0).all(), name
        assert (lesson.rows == again.rows).all(), name
        assert (lesson.target == again.target).all(), name


def test_what_nobody_looked_at(problem: Problem) -> None:
    """Naive calls it clean; belief gives it what rules say of it."""
    rows = believed(problem).rows
    unlabelled = problem.labels.outcome[rows] == UNLABELLED
    assert (naive(problem).target[unlabelled] == 0).all()
    wanted = 1 / (1 + np.exp(-problem.start[rows[unlabelled]]))
    assert believed(problem).target[unlabelled] == pytest.approx(wanted)
    assert problem.believed.mean() == pytest.approx(0.01)


def test_chance_of_being_looked_at(problem: Problem) -> None:
    """Right on the mean, and higher where rules fire; weights are tamed and use chances on record."""
    chance = looked_at_chance(problem)
    looked = problem.labels.outcome != UNLABELLED
    fired = problem.facts.fired().any(axis=1)
    assert chance.mean() == pytest.approx(looked.mean(), rel=0.05)
    assert chance[looked].mean() > 2 * chance[~looked].mean()
    assert chance[fired].mean() > chance[~fired].mean()
    weight = inverse_propensity(problem).weight
    assert weight.mean() == pytest.approx(1.0, rel=0.05)
    assert weight.max() <= LARGEST_WEIGHT * 1.05
    recorded = problem.labels.propensity.copy()
    known = problem.known
    recorded[known[0]] = 1.0
    recorded[known[1]] = 1e-4
    told = Problem(problem.facts, replace_propensity(problem.labels, recorded), problem.start, problem.seed)
    heavy = inverse_propensity(told).weight
    assert heavy[1] > 5 * heavy[0]


def replace_propensity(labels: Labels, propensity: np.ndarray) -> Labels:
    """The labels with other chances on record."""
    return Labels(labels.outcome, labels.at_random, labels.decided_at, propensity=propensity)


@pytest.fixture(scope="module")
def at_random() -> tuple[Problem, np.ndarray]:
    """Positives that one feature tells from the rest, a third of them confirmed completely at random; rules silent."""
    from models.rules.catalogue import all_rules
    from models.scoring.facts import model_features

    rng = np.random.default_rng(6)
    n = 6000
    positive = rng.random(n) < 0.1
    values = rng.normal(size=(n, 2)).astype(np.float32)
    values[positive, 0] += 3.0
    outcome = np.where(positive & (rng.random(n) < 0.33), CONFIRMED, UNLABELLED).astype(np.int8)
    rules = all_rules()
    facts = Facts(model_features()[:2], rules, values, np.zeros((n, len(rules)), np.int8), np.full(n, "person/monthly"))
    labels = Labels(outcome, np.zeros(n, dtype=bool), np.where(outcome == 1, 100, NEVER).astype(np.int64))
    return Problem(facts, labels, np.full(n, np.log(0.05 / 0.95)), seed=2), positive


def test_elkan_and_noto_where_their_assumption_holds(at_random: tuple[Problem, np.ndarray]) -> None:
    """Soft targets of the unlabelled sum to about the positives among them, and lie on the right ones.

    About: a first model that is too careful finds held-out positives less likely than they are, and asks for more.
    """
    problem, positive = at_random
    lesson = elkan_noto(problem)
    others = problem.labels.outcome[lesson.rows] == UNLABELLED
    rows, target = lesson.rows[others], lesson.target[others]
    assert target.sum() == pytest.approx(positive[rows].sum(), rel=0.5)
    assert target[positive[rows]].mean() > 10 * target[~positive[rows]].mean()


def test_two_step_takes_for_clean_what_is_clean(at_random: tuple[Problem, np.ndarray]) -> None:
    """Few of the unlabelled positives are among the payments taken to be clean."""
    problem, positive = at_random
    lesson = two_step(problem)
    clean = lesson.rows[problem.labels.outcome[lesson.rows] == UNLABELLED]
    others = problem.labels.outcome == UNLABELLED
    assert len(clean) > 0.8 * others.sum()
    assert positive[clean].sum() < 0.3 * positive[others].sum()
