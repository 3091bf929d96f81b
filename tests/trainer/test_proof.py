"""Folds learn only from what had been decided, measures are scikit-learn's, and the machine beats what it must."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.trainer.proof import OURS, OURS_SINGLE, measured, origins, prove
from models.trainer.rivals import RIVALS
from models.trainer.table import MICROSECONDS_A_DAY, Spec, TableError, from_arrow
from service.cli import run
from tests.trainer.tables import claims

SPEC = Spec("at", "fraud", decided="closed")


def test_folds_learn_from_what_was_decided_and_judge_what_came_after() -> None:
    table = from_arrow(claims(0), SPEC)
    found = origins(table, 3, None)
    assert len(found) == 3
    assert found[-1].until == table.time.max() + 1
    for split, following in zip(found, [*found[1:], None], strict=True):
        assert (table.decided[split.learn] <= split.as_of).all()
        assert (table.time[split.judge] >= split.as_of).all()
        assert (table.time[split.judge] < split.until).all()
        assert (table.label[split.learn] >= 0).all()
        assert (table.label[split.judge] >= 0).all()
        inside = (table.label >= 0) & (table.time >= split.as_of) & (table.time < split.until)
        assert len(split.judge) == inside.sum()
        assert following is None or following.as_of == split.until


def test_two_days_of_seconds_are_a_table_too() -> None:
    """A table shorter than its folds' least length of a day is stretched, and its moments come back as they were."""
    rng = np.random.default_rng(0)
    seconds = np.sort(rng.uniform(0, 2, 2000))
    table = from_arrow(
        pa.table({"t": seconds, "x": rng.normal(size=2000), "y": (rng.random(2000) < 0.2).astype(int)}),
        Spec("t", "y", delay_days=0.1),
    )
    found = origins(table, 4, None)
    assert len(found) == 4
    for split in found:
        assert (table.decided[split.learn] <= split.as_of).all()
        assert (table.time[split.judge] >= split.as_of).all()
    assert found[0].as_of == pytest.approx(MICROSECONDS_A_DAY, rel=0.01)


def test_measures_are_scikit_learns() -> None:
    from sklearn.metrics import average_precision_score, roc_auc_score

    rng = np.random.default_rng(1)
    score = rng.random(1000)
    positive = rng.random(1000) < score * 0.4
    found = measured(score, positive)
    assert found.auroc == pytest.approx(roc_auc_score(positive, score))
    assert found.average_precision == pytest.approx(average_precision_score(positive, score))
    order = np.argsort(-score)
    assert found.precision_1 == positive[order[:10]].mean()
    assert found.recall_5 == pytest.approx(positive[order[:50]].sum() / positive.sum())


def test_it_beats_its_simple_rivals_and_stays_with_the_trees() -> None:
    for pairs in (False, True):
        found = prove(from_arrow(claims(3, 4000, pairs=pairs), SPEC), folds=1)
        means = found.means
        assert set(means) == {OURS, OURS_SINGLE, *RIVALS}
        for rival in ("prevalence", "best column", "logistic regression"):
            assert means[OURS].average_precision > means[rival].average_precision
        assert means[OURS].average_precision > means["gradient boosting"].average_precision - 0.02
        assert means[OURS].ece < means["gradient boosting"].ece + 0.01
    assert means[OURS].auroc > means[OURS_SINGLE].auroc + 0.03


def test_labels_decided_later_teach_nothing() -> None:
    """With answers only after the end, there is nothing to learn from."""
    with pytest.raises(TableError, match="no origin has"):
        prove(from_arrow(claims(4, 600), Spec("at", "fraud", delay_days=10_000, drop=("closed",))))


def test_known_groups_leave_the_test() -> None:
    made = from_arrow(claims(5, 1000), Spec("at", "fraud", decided="closed", group="shop"))
    assert "shop" not in made.texts
    fold = prove(made, folds=1).folds[0]
    whole = prove(from_arrow(claims(5, 1000), Spec("at", "fraud", decided="closed", drop=("shop",))), folds=1).folds[0]
    assert fold.left_out > 0
    assert fold.labelled + fold.left_out == whole.labelled
    assert fold.learned == whole.learned


def test_the_command(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pq.write_table(claims(6, 900), elsewhere / "t.parquet")
    words = ["bench", "trainer", "t.parquet", "--time", "at", "--label", "fraud"]
    assert run([*words, "--decided", "closed", "--folds", "1", "--json", "out/proof.json"]) == 0
    shown = capsys.readouterr()
    assert "gradient boosting" in shown.out
    plain = json.loads((elsewhere / "out" / "proof.json").read_text(encoding="utf-8"))
    assert plain["folds"][0]["labelled"] > 0
    assert run([*words, "--decided", "closed", "--delay", "3"]) == 2
    assert run([*words[:4], "when", *words[5:]]) == 1
    assert "no column 'when'" in capsys.readouterr().err
    (elsewhere / "t.txt").write_text("", encoding="utf-8")
    assert run(["bench", "trainer", "t.txt", *words[3:]]) == 2
