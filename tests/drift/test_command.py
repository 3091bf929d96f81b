"""`mingbai drift` on an invented county."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import mingbai
from tests.county import Trained


@pytest.fixture(scope="module")
def model(trained_county: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trained model's folder."""
    folder = tmp_path_factory.mktemp("model")
    trained_county.bundle.save(folder)
    return folder


def test_drift_writes_alarms_and_metrics(trained_county: Trained, model: Path, tmp_path: Path) -> None:
    """JSON for the console, metrics for a collector, a noted break among the known ones."""
    calendar = tmp_path / "calendar.toml"
    calendar.write_text('[[break]]\non = 2019-10-15\nwhat = "a new bank"\n', encoding="utf-8")
    answer = mingbai(
        "drift", trained_county.county.folder, "--as-of", "2020-01-01", "--days", "90", "--model", model, "--json",
        "out/drift.json", "--metrics", "out/mingbai.prom", "--calendar", calendar, cwd=tmp_path,
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert "alarm" in answer.out
    found = json.loads((tmp_path / "out" / "drift.json").read_text(encoding="utf-8"))
    assert {"on": "2019-10-15", "kind": "noted", "what": "a new bank"} in found["breaks"]
    needed = {"what", "kind", "since", "measure", "threshold", "explained_by", "severity", "text_en", "text_zh"}
    assert all(needed == set(alarm) for alarm in found["alarms"])
    assert found["against"] == "what the model learned from"
    metrics = (tmp_path / "out" / "mingbai.prom").read_text(encoding="utf-8")
    assert 'mingbai_drift_psi{column="score"}' in metrics
    assert 'mingbai_drift_alarms{severity="critical"}' in metrics
    assert not list((tmp_path / "out").glob(".*"))


def test_the_shipped_model_is_compared_with_payments_before(trained_county: Trained, tmp_path: Path) -> None:
    """A model without a reference of its own still has something to be compared with."""
    answer = mingbai(
        "drift", trained_county.county.folder, "--as-of", "2019-12-01", "--days", "60", "--model", "prior", "--json",
        "drift.json", cwd=tmp_path,
    )  # fmt: skip
    assert answer.code == 0, answer.err
    found = json.loads((tmp_path / "drift.json").read_text(encoding="utf-8"))
    assert found["against"] == "payments of the 548 days before"
    assert len(found["columns"]) > 100


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("break = 3", "[[break]] tables alone"),
        ("[[break]]\non = 2019-10-15\n", "exactly `on` and `what`"),
        ('[[break]]\non = "soon"\nwhat = "x"\n', "must be a date"),
        ("[[", "cannot be read as TOML"),
    ],
)
def test_a_wrong_calendar_is_wrong_usage(text: str, complaint: str, trained_county: Trained, tmp_path: Path) -> None:
    """The entry at fault is named before any data are loaded."""
    calendar = tmp_path / "calendar.toml"
    calendar.write_text(text, encoding="utf-8")
    answer = mingbai(
        "drift", trained_county.county.folder, "--as-of", "2020-01-01", "--calendar", calendar, cwd=tmp_path
    )
    assert answer.code == 2
    assert complaint in answer.err
    assert "loading" not in answer.err
