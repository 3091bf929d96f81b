"""Repeats, versions and conflicts: by file, by request, in any order of rows, and when hashes meet by accident."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.contract import TABLES
from features.intake import _repeats, accept_rows, load
from tests.intake.folders import PAYMENT, PERSON, csv_text, refusals, stored, with_table

LATER = {**PERSON, "division_code": "519921100205", "recorded_at": "2018-01-01T00:00:00+08:00"}
CARD = dict(TABLES["cards"].good_rows[0])


def test_an_unchanged_repeat_is_accepted_and_stored_once(tmp_path: Path) -> None:
    report = load(with_table(tmp_path / "data", "persons", csv_text([PERSON, LATER, PERSON])), tmp_path / "store")
    told = report.tables["persons"]
    assert (told.rows_in, told.accepted, told.repeated, told.stored) == (3, 3, 1, 2)
    assert stored(report, "persons").num_rows == 2


@pytest.mark.parametrize("rows", [[PERSON, LATER], [LATER, PERSON]], ids=["in order", "newest first"])
def test_versions_of_a_record_come_in_any_order(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    report = load(with_table(tmp_path / "data", "persons", csv_text(rows)), tmp_path / "store")
    assert report.tables["persons"].stored == 2
    assert report.quarantined == 0


def test_other_content_at_the_same_moment_is_refused(tmp_path: Path) -> None:
    rows = [PERSON, {**PERSON, "name": "王小明"}]
    report = load(with_table(tmp_path / "data", "persons", csv_text(rows)), tmp_path / "store")
    (row,) = report.quarantine()
    assert (row.table, row.line, row.column, row.code) == ("persons", 3, "person_id", "duplicate_key")
    assert row.found == "the same key as line 2, with other content"
    assert stored(report, "persons").column("name").to_pylist() == [PERSON["name"]]


def test_the_same_moment_in_another_zone_is_the_same_moment(tmp_path: Path) -> None:
    rows = [PERSON, {**PERSON, "recorded_at": "2016-06-26T00:02:45Z"}]
    report = load(with_table(tmp_path / "data", "persons", csv_text(rows)), tmp_path / "store")
    assert report.tables["persons"].repeated == 1


@pytest.mark.parametrize(
    ("opened_on", "is_version"), [("2019-01-01", True), ("2018-03-20", False), ("2011-11-11", False)]
)
def test_a_clock_that_belongs_to_the_thing_counts_in_file_order(opened_on: str, is_version: bool) -> None:
    other = {**CARD, "opened_on": opened_on, "phone": "16000000000"}
    taken = accept_rows(TABLES["cards"], [CARD, other, CARD])
    assert taken.accepted == 3 - (not is_version)
    assert taken.batch.num_rows == 1 + is_version
    assert [(row.line, row.code) for row in taken.quarantine] == [] if is_version else [(2, "duplicate_key")]


def test_tables_without_versions_keep_the_first() -> None:
    program = dict(TABLES["programs"].good_rows[0])
    taken = accept_rows(TABLES["programs"], [program, {**program, "exclusive_with": "P09"}, program])
    assert (taken.accepted, taken.batch.num_rows, taken.lines) == (2, 1, (1,))


def test_tables_without_key_take_everything_once() -> None:
    event = dict(TABLES["civil_events"].good_rows[0])
    taken = accept_rows(TABLES["civil_events"], [event, {**event, "source": ""}, event])
    assert (taken.accepted, taken.batch.num_rows) == (3, 2)


@given(st.permutations(range(6)))
def test_row_order_changes_nothing_where_nothing_conflicts(order: list[int]) -> None:
    rows = [PERSON, LATER, {**PERSON, "person_id": "P2"}, {**LATER, "person_id": "P2"}, PERSON, LATER]
    taken = accept_rows(TABLES["persons"], [rows[i] for i in order])
    assert taken.accepted == 6
    assert sorted(map(str, taken.batch.to_pylist())) == sorted(
        map(str, accept_rows(TABLES["persons"], rows).batch.to_pylist())
    )


@pytest.mark.parametrize("partition", [1, 2, 1000])
@pytest.mark.parametrize("by_accident", [False, True], ids=["good hash", "all hashes equal"])
def test_many_repeats_are_settled_in_partitions_and_in_spite_of_collisions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, partition: int, by_accident: bool
) -> None:
    monkeypatch.setattr(_repeats, "PARTITION", partition)
    if by_accident:
        finish = _repeats.Hasher.finish
        monkeypatch.setattr(_repeats.Hasher, "finish", lambda self: finish(self) * np.uint64(0))
    numbers = [0, 1, 2, 0, 3, 1, 1, 4, 2]
    rows = [{**PAYMENT, "disbursement_id": f"D{n}"} for n in numbers]
    rows[6] = {**rows[6], "amount": "1.00"}
    rows[8] = {**rows[8], "amount": "1.00", "submitted_at": "2019-09-06T10:51:33+08:00"}
    report = load(with_table(tmp_path / "data", "disbursements", csv_text(rows)), tmp_path / "store")
    told = report.tables["disbursements"]
    assert (told.accepted, told.repeated, told.stored) == (8, 2, 6)
    assert refusals(report, "disbursements") == [(8, "disbursement_id", "duplicate_key")]
    assert stored(report, "disbursements").column("disbursement_id").to_pylist() == ["D0", "D1", "D2", "D3", "D4", "D2"]


def test_partitions_split_no_group() -> None:
    hashes = np.array([1, 1, 1, 2, 3, 3, 3, 3, 4], np.uint64)
    rows = np.arange(len(hashes), dtype=np.int64)
    for size in (1, 2, 3, 5, 100):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_repeats, "PARTITION", size)
            parts = _repeats.partitions(rows, hashes)
        assert np.concatenate(parts).tolist() == rows.tolist()
        groups = [set(hashes[part].tolist()) for part in parts]
        assert sum(len(g) for g in groups) == 4, "a hash stands in two partitions"


def test_repeats_and_refusals_keep_the_order_of_lines(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [PERSON, {**PERSON, "name": "王"}, {**PERSON, "sex": "男"}]
    report = load(with_table(tmp_path / "data", "persons", csv_text(rows)), tmp_path / "store")
    assert refusals(report, "persons") == [(3, "person_id", "duplicate_key"), (4, "sex", "bad_enum")]


def test_parquet_rows_are_numbered_from_one(tmp_path: Path) -> None:
    rows = [PERSON, {**PERSON, "sex": "男"}, {**PERSON, "name": "王"}]
    content = pa.Table.from_pylist(rows)
    report = load(with_table(tmp_path / "data", "persons", content), tmp_path / "store")
    assert refusals(report, "persons") == [(2, "sex", "bad_enum"), (3, "person_id", "duplicate_key")]
