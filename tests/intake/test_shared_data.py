"""The shared folders: a sample with planted errors, and a whole county without any."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from features.intake import load
from tests.conftest import SHARED

there = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data does not stand beside this checkout")


@there
def test_dirty_sample_has_the_expected_counts_and_lines(tmp_path: Path) -> None:
    expected = json.loads((SHARED / "data" / "dirty-sample-expected.json").read_text(encoding="utf-8"))
    report = load(SHARED / "data" / "dirty-sample", tmp_path)
    counts = {name: (t.rows_in, t.accepted, t.quarantined) for name, t in report.tables.items()}
    assert counts == {name: (t["rows_in"], t["accepted"], t["quarantined"]) for name, t in expected["tables"].items()}
    found = {(row.table, row.line, row.column) for row in report.quarantine()}
    assert found == {
        (name, row["line"], row["column"]) for name, t in expected["tables"].items() for row in t["quarantine"]
    }
    assert list(report.missing_tables) == expected["missing_optional_tables"]
    ignored = {name: list(t.ignored_columns) for name, t in report.tables.items() if t.ignored_columns}
    assert ignored == expected["ignored_columns"]


@there
def test_whole_county_is_taken(tmp_path: Path) -> None:
    report = load(SHARED / "data" / "county-a", tmp_path)
    assert len(report.tables) == 23
    assert report.rows_in == 537_979
    assert report.quarantined == 0
    assert sum(t.stored for t in report.tables.values()) == 537_979
