"""Measures against scikit-learn and against what is known beforehand."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from sklearn.metrics import average_precision_score, roc_auc_score

from features._world import world
from models.evaluation.baselines import best_feature, fired_rules
from models.evaluation.calibration import expected_error, measure_calibration, shifted_to
from models.evaluation.columns import FileError, read_table
from models.evaluation.intervals import wilson
from models.evaluation.judged import tie_breaker
from models.evaluation.ranking import auc, average_precision, rank
from models.evaluation.report import evaluate
from models.evaluation.splits import MICROSECONDS_A_DAY, rolling_origin
from models.rules.catalogue import default_settings
from tests.evaluation.county import County, invent

rows = st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=2, max_size=60)


@pytest.fixture(scope="module")
def county() -> County:
    """The county of the first seed."""
    return invent()


@given(rows)
def test_auc_is_scikit_learns(drawn: list[tuple[bool, int]]) -> None:
    """Many ties; one kind only gives NaN."""
    irregular = np.array([bad for bad, _ in drawn])
    score = np.array([value / 6 for _, value in drawn])
    found = auc(irregular, score)
    if irregular.all() or not irregular.any():
        assert np.isnan(found)
    else:
        assert found == pytest.approx(roc_auc_score(irregular, score))


@given(rows)
def test_average_precision_is_scikit_learns(drawn: list[tuple[bool, int]]) -> None:
    """Ties broken by the hash of the id make every score different, where both definitions meet."""
    irregular = np.array([bad for bad, _ in drawn])
    score = np.array([value / 6 for _, value in drawn])
    tie = tie_breaker(np.array([f"D{n}" for n in range(len(drawn))], dtype=object))
    found = average_precision(irregular, score, tie)
    if not irregular.any():
        assert np.isnan(found)
    else:
        assert found == pytest.approx(average_precision_score(irregular, score - tie * 1e-6))


def test_one_kind_only_cannot_be_ranked() -> None:
    """Without an irregular row there is a count and nothing else."""
    found = rank(np.zeros(4, bool), np.arange(4.0), np.arange(4.0), np.ones(4))
    assert (found.rows, found.irregular, found.average_precision, found.top) == (4, 0, None, ())


def test_interval_holds_the_figure_and_narrows_with_rings(county: County) -> None:
    """Whole rings drawn again spread wider than rows drawn again."""
    rng = np.random.default_rng(1)
    irregular = np.zeros(4000, bool)
    irregular[:200] = True
    ring = np.full(4000, None, dtype=object)
    ring[:200] = [f"R{n // 40}" for n in range(200)]
    score = rng.normal(0, 1, 4000) + np.where(irregular, np.repeat([0.5, 3.0], 2000), 0.0)
    score[:80] += 3
    tie = rng.random(4000)
    whole = rank(irregular, score, tie, np.ones(4000), ring)
    single = rank(irregular, score, tie, np.ones(4000))
    assert whole.interval is not None
    assert single.interval is not None
    assert whole.average_precision is not None
    assert whole.interval[0] < whole.average_precision < whole.interval[1]
    assert whole.interval[1] - whole.interval[0] > single.interval[1] - single.interval[0]


def test_calibration_of_the_truth_is_perfect() -> None:
    """Scores equal to the truth have no error; a shift moves the mean to the prevalence."""
    irregular = np.arange(1000) < 30
    assert expected_error(irregular.astype(float), irregular) == 0
    assert shifted_to(np.full(50, 0.5), 0.01).mean() == pytest.approx(0.01, abs=1e-6)
    assert measure_calibration(np.full(1000, 0.03), irregular).ece < 0.06
    assert sum(part.rows for part in measure_calibration(np.linspace(0, 1, 1000), irregular).bins) == 1000


def test_wilson_is_the_published_one() -> None:
    """10 of 100 is 5.5 to 17.4 %; nothing of nothing has no interval."""
    assert wilson(10, 100) == pytest.approx((0.0552, 0.1744), abs=1e-3)
    assert wilson(0, 0) is None


def test_splits_wait_for_the_finding() -> None:
    """A payment before the origin whose finding came after it is not learnt from; nothing after T is judged."""
    day = MICROSECONDS_A_DAY
    submitted = np.array([10, 20, 30, 120, 130, 250]) * day
    decided = np.array([15, 110, 400, 140, 500, 260]) * day
    first, second = rolling_origin(submitted, decided, as_of=300 * day, folds=2, days=100)
    assert (first.as_of, first.until) == (100 * day, 200 * day)
    assert (first.learn.tolist(), first.judge.tolist()) == ([0], [3])
    assert (second.learn.tolist(), second.judge.tolist()) == ([0, 1, 3], [5])


def test_splits_refuse_nonsense() -> None:
    """Shapes and counts are checked before anything is split."""
    one = np.zeros(1, dtype=np.int64)
    with pytest.raises(ValueError, match="equally long"):
        list(rolling_origin(one, np.zeros(2, dtype=np.int64), as_of=0))
    with pytest.raises(ValueError, match="at least 1"):
        list(rolling_origin(one, one, as_of=0, folds=0))


def test_report_as_json_and_as_tables(county: County) -> None:
    """Every part is in both; what is not finite is null; the short form is shorter."""
    report = evaluate(county.ledger(), county.truth, county.scores, cases=county.cases, draws=5)
    found = json.loads(report.to_json())
    assert found["first"] == "2019-07-01"
    assert found["cases"]["heads"]["20"]["cases"] == 20
    texts = []
    for short in (False, True):
        console = Console(file=io.StringIO(), width=160)
        report.show(console, short=short)
        assert isinstance(console.file, io.StringIO)
        texts.append(console.file.getvalue())
    for word in ("T22", "all look-alikes", "age over 80", "not enough data", "Suspect role", "completeness"):
        assert word in texts[0]
    assert len(texts[1]) < len(texts[0]) / 2


def test_files_that_cannot_be_judged_say_why(county: County) -> None:
    """A missing column, a foreign window and an unknown ending are named."""
    ledger = county.ledger()
    with pytest.raises(FileError, match="lacks irregular"):
        evaluate(ledger, county.truth.drop_columns(["irregular"]), county.scores)
    with pytest.raises(FileError, match="lack score"):
        evaluate(ledger, county.truth, county.scores.drop_columns(["score"]))
    with pytest.raises(FileError, match="no scored disbursement_id"):
        evaluate(ledger, county.truth, pa.table({"disbursement_id": ["X"], "score": [0.5]}))
    with pytest.raises(FileError, match="members"):
        evaluate(ledger, county.truth, county.scores, cases=county.cases.drop_columns(["members"]))

    with pytest.raises(FileError, match=r"expected \.parquet or \.csv"):
        read_table(Path("scores.xlsx"))


def test_baselines_find_the_rule_and_the_feature() -> None:
    """In a world where one payment came long after a recorded death, rules fire on it and a feature finds it."""
    place = world().paid("P3", at="2019-04-18").paid("P4", at="2019-04-19")
    ledger = place.died("P1", on="2018-10-10", recorded="2018-11-01").paid("P1", at="2019-04-20").ledger
    rows_, at = np.arange(3), ledger.tables["disbursements"].known_at
    ids = ledger.tables["disbursements"].arrow("disbursement_id").to_pylist()
    fired = fired_rules(ledger, rows_, at, default_settings())
    irregular = fired == fired.max()
    assert irregular.sum() == 1
    name, _, values = best_feature(ledger, rows_, at, irregular, tie_breaker(np.array(ids, dtype=object)))
    assert name
    assert values.argmax() == fired.argmax()
