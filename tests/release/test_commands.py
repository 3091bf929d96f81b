"""A release from the command line, on two invented counties: train, shadow, compare, two people, back, old scores."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from models.scoring.provenance import Definitions
from tests.cli.conftest import Place

VERBS = ("compare", "propose", "approve", "verify")
BEFORE = ("--from", "2019-07-01", "--to", "2019-09-30")

# Each training goes through MLflow.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A champion and a challenger of one county, and another county beside."""
    here = Place(tmp_path_factory.mktemp("release"))
    for folder, seed in (("county", "3"), ("elsewhere", "4")):
        answer = here(
            "simulate", here.folder / folder / "county", "--households", "250", "--seed", seed, "--months", "36"
        )
        assert answer.code == 0, answer.err
    return here


def county(two: Place) -> Path:
    """The first county's tables."""
    return two.folder / "county" / "county"


def test_a_release_from_beginning_to_end(two: Place) -> None:
    """Each step, what it refuses, what it says."""
    data, elsewhere = county(two), two.folder / "elsewhere" / "county"
    assert "no model is on record" in two("models").err
    answer = two("train", data, "--as-of", "2019-05-01")
    assert answer.code == 0, answer.err
    assert "champion" in answer.out
    answer = two("train", data, "--as-of", "2019-07-01")
    assert answer.code == 0, answer.err
    assert "challenger" in answer.out
    assert "mingbai release compare" in answer.err

    answer = two("score", elsewhere, *BEFORE, "--out", "elsewhere.parquet")
    assert answer.code == 0, answer.err
    assert "of other counties' payments" in answer.err
    answer = two("score", data, *BEFORE, "--out", "scores.parquet")
    assert answer.code == 0, answer.err
    assert "the champion on record" in answer.err
    assert "by the challenger, in shadow" in answer.err
    assert set(pq.read_table(two.folder / "scores.parquet").column_names) == {
        "disbursement_id", "score", "anomaly", "recommendation", "desk", "typology", "suspect_role", "reasons",
        "not_applicable", "model_version", "as_of",
    }  # fmt: skip

    assert two("release", "propose", "2", "--by", "Wang Fang", "--why", "better").code == 2
    answer = two("release", "compare", data, "2", "--out", "gate.md")
    assert answer.code == 0, answer.err
    assert "scored in shadow" in answer.err
    assert "核查力量内查准率" in (two.folder / "gate.md").read_text(encoding="utf-8")
    assert two("release", "compare", elsewhere, "2").code == 2
    assert two("release", "compare", data, "1").code == 2

    report = json.loads(next((two.folder / "mlruns" / "gates").glob("*.json")).read_text(encoding="utf-8"))
    unknown = [item["name"] for item in report["items"] if item["said"] == "cannot tell"]
    assert not [item["name"] for item in report["items"] if item["said"] == "failed"], report
    accept = [word for name in unknown for word in ("--accept", name)]
    if unknown:
        answer = two("release", "propose", "2", "--by", "Wang Fang", "--why", "better")
        assert answer.code == 2
        assert f"--accept {unknown[0]}" in answer.err
    answer = two("release", "propose", "2", "--by", "Wang Fang", "--why", "better", *accept)
    assert answer.code == 0, answer.err
    assert "Wang Fang proposed model 2" in two("models").err
    answer = two("release", "approve", "2", "--by", "FANG  WANG", "--why", "yes", *accept)
    assert answer.code == 2
    assert "somebody else" in answer.err
    answer = two("release", "approve", "2", "--by", "李明", "--why", "read it", *accept)
    assert answer.code == 0, answer.err
    assert "Wang Fang and 李明" in two("models").out
    shown = two("models", "2").out
    assert "released by Wang Fang and 李明" in shown
    assert two("models", "9").code == 2
    answer = two("release", "verify")
    assert answer.code == 0, answer.err

    answer = two("rollback", "--by", "李明", "--why", "too many alarms")
    assert answer.code == 0, answer.err
    assert "model 1 is in force again" in answer.err
    assert "taken back by 李明: too many alarms" in two("models", "2").out


def test_an_old_file_again(two: Place) -> None:
    """Equal, exit code 0; a changed value, exit code 1 with the column's name; a wrong form, 2."""
    data = county(two)
    if not (two.folder / "mlruns").is_dir():
        assert two("train", data, "--as-of", "2019-05-01").code == 0
    assert two("score", data, *BEFORE, "--out", "old.csv").code == 0
    answer = two("score", data, "--like", "old.csv", "--out", "again.csv")
    assert answer.code == 0, answer.err
    assert "equal: " in answer.err
    assert (two.folder / "old.csv").read_bytes() == (two.folder / "again.csv").read_bytes()
    text = (two.folder / "old.csv").read_text(encoding="utf-8")
    (two.folder / "changed.csv").write_text(text.replace("release", "review", 1), encoding="utf-8")
    answer = two("score", data, "--like", "changed.csv", "--out", "again.csv")
    assert answer.code == 1
    assert "column recommendation: 1 of" in answer.err
    assert two("score", data, *BEFORE, "--like", "old.csv", "--out", "x.csv").code == 2
    assert two("score", data, "--like", "old.csv", "--model", "7", "--out", "x.csv").code == 2
    assert not (two.folder / "x.csv").exists()


def test_a_model_by_its_number(two: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--model 1` takes it, for other data too; an unknown number is wrong usage."""
    if not (two.folder / "mlruns").is_dir():
        assert two("train", county(two), "--as-of", "2019-05-01").code == 0
    answer = two("score", two.folder / "elsewhere" / "county", *BEFORE, "--model", "1", "--out", "taken.parquet")
    assert answer.code == 0, answer.err
    assert "the model asked for" in answer.err
    assert "defined otherwise" not in answer.err
    monkeypatch.setattr("models.scoring.provenance.definitions", lambda: Definitions("0" * 10, "0" * 10))
    answer = two("score", county(two), *BEFORE, "--out", "changed.parquet")
    assert answer.code == 0, answer.err
    assert "defined otherwise since it was trained" in answer.err
    monkeypatch.undo()
    assert two("score", county(two), *BEFORE, "--model", "99", "--out", "x.csv").code == 2


@pytest.mark.parametrize("command", ["models", "rollback", *(f"release {verb}" for verb in VERBS)])
def test_help_shows_an_example_and_a_word_of_chinese(two: Place, command: str) -> None:
    """Every command explains itself with a line to copy."""
    answer = two(*command.split(), "--help")
    assert answer.code == 0
    assert f"mingbai {command}" in answer.out.partition("Example")[2]
    assert any("一" <= letter <= "鿿" for letter in answer.out)
