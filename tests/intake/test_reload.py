"""Loading again changes nothing; a changed folder gives the same store as a load from scratch."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from features.intake import IntakeError, IntakeReport, load
from tests.intake.folders import NOTICE, csv_text, required, stored, with_table

DAY_NS = 86_400_000_000_000


def at_rest(folder: Path) -> None:
    """Give all files an old modification time. Their change time stays young, so only their bytes tell."""
    for path in folder.iterdir():
        os.utime(path, ns=(DAY_NS, DAY_NS))


def contents(report: IntakeReport) -> dict[str, list[dict[str, object]]]:
    """Everything a store holds."""
    tables = {name: stored(report, name).to_pylist() for name in report.tables}
    tables["quarantine"] = [batch for b in report.quarantine_batches() for batch in b.to_pylist()]
    return tables


def test_loading_again_reads_nothing_and_changes_nothing(tmp_path: Path) -> None:
    folder = with_table(tmp_path / "data", "notices", csv_text([NOTICE, {**NOTICE, "amount": "x"}]))
    first = load(folder, tmp_path / "store")
    files = {p: p.stat().st_mtime_ns for p in (tmp_path / "store").rglob("*.parquet")}
    again = load(folder, tmp_path / "store")
    assert again.loaded == ()
    assert (again.tables, again.fingerprint) == (first.tables, first.fingerprint)
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "store").rglob("*.parquet")} == files
    assert contents(again) == contents(first)


def test_only_the_changed_table_is_read_and_the_result_is_as_from_scratch(tmp_path: Path) -> None:
    folder = with_table(tmp_path / "data", "notices", csv_text([NOTICE]))
    first = load(folder, tmp_path / "store")
    with_table(folder, "notices", csv_text([NOTICE, NOTICE, {**NOTICE, "application_id": "A2"}]))
    grown = load(folder, tmp_path / "store")
    scratch = load(folder, tmp_path / "other")
    assert "notices" in grown.loaded
    assert grown.fingerprint == scratch.fingerprint != first.fingerprint
    assert grown.tables == scratch.tables
    assert contents(grown) == contents(scratch)


def test_a_byte_changed_with_size_and_time_kept_is_seen(tmp_path: Path) -> None:
    folder = with_table(tmp_path / "data", "notices", csv_text([NOTICE]))
    at_rest(folder)
    first = load(folder, tmp_path / "store")
    with_table(folder, "notices", csv_text([{**NOTICE, "amount": "12.51"}]))
    at_rest(folder)
    again = load(folder, tmp_path / "store")
    assert again.loaded == ("notices",)
    assert again.fingerprint != first.fingerprint


def test_a_copied_folder_is_known_by_its_bytes(tmp_path: Path) -> None:
    load(required(tmp_path / "data"), tmp_path / "store")
    assert load(required(tmp_path / "copy"), tmp_path / "store").loaded == ()


def test_a_table_that_went_away_leaves_the_store(tmp_path: Path) -> None:
    folder = with_table(tmp_path / "data", "notices", csv_text([{**NOTICE, "amount": "x"}]))
    load(folder, tmp_path / "store")
    (folder / "notices.csv").unlink()
    report = load(folder, tmp_path / "store")
    assert "notices" in report.missing_tables
    assert not (tmp_path / "store" / "notices.parquet").exists()
    assert not (tmp_path / "store" / "quarantine" / "notices.parquet").exists()
    assert list(report.quarantine()) == []


@pytest.mark.parametrize("harm", ["store file gone", "store file cut", "manifest garbled", "manifest of another kind"])
def test_a_damaged_store_is_loaded_again(tmp_path: Path, harm: str) -> None:
    folder = required(tmp_path / "data")
    first = load(folder, tmp_path / "store")
    path = tmp_path / "store" / "persons.parquet"
    if harm == "store file gone":
        path.unlink()
    elif harm == "store file cut":
        path.write_bytes(path.read_bytes()[:100])
    else:
        (tmp_path / "store" / "intake.json").write_text("{" if harm.endswith("garbled") else "[]", encoding="utf-8")
    again = load(folder, tmp_path / "store")
    assert "persons" in again.loaded
    assert contents(again) == contents(first)


def test_a_failed_load_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    folder = with_table(tmp_path / "data", "notices", csv_text([NOTICE]))
    first = load(folder, tmp_path / "store")
    before = {p: p.read_bytes() for p in (tmp_path / "store").rglob("*") if p.is_file()}
    with_table(folder, "notices", "no,such,columns\n1,2,3\n")
    with pytest.raises(IntakeError):
        load(folder, tmp_path / "store")
    assert {p: p.read_bytes() for p in (tmp_path / "store").rglob("*") if p.is_file()} == before
    assert first.tables["notices"].accepted == 1


def test_a_file_that_changes_while_it_is_read_stops_the_load(tmp_path: Path) -> None:
    folder = with_table(tmp_path / "data", "notices", csv_text([NOTICE]))

    def meddle(table: str, done: int, total: int) -> None:
        assert 0 <= done <= total
        if table == "notices":
            (folder / "notices.csv").write_text(csv_text([NOTICE, NOTICE]), encoding="utf-8")

    with pytest.raises(IntakeError, match=r"notices\.csv: found a file that changed while it was read"):
        load(folder, tmp_path / "store", progress=meddle)
    assert not (tmp_path / "store" / "intake.json").exists()
    assert [p for p in (tmp_path / "store").iterdir() if p.name.startswith(".")] == []


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    load(required(tmp_path / "data"), tmp_path / "store", progress=lambda *step: told.append(step))
    assert told[-1][1] == told[-1][2] > 0
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
