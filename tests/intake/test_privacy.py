"""No identity number, card, phone, name or address in a refusal, a message or a quarantine file."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.contract import TABLES
from features.intake import accept_rows, load
from tests.intake.folders import PERSON, csv_text, with_table

SECRETS = ("519921195303041232", "6299011000000000017", "16447359171", "刘学福", "上岩村5组")


@given(st.sampled_from(SECRETS), st.data())
def test_a_shifted_row_gives_nobody_away(secret: str, data: st.DataObject) -> None:
    table = TABLES[data.draw(st.sampled_from(sorted(TABLES)))]
    column = data.draw(st.sampled_from([c.name for c in table.columns]))
    taken = accept_rows(table, [{**table.good_rows[0], column: secret}, {**table.good_rows[0], column: secret * 4}])
    for row in taken.quarantine:
        told = f"{row.reason}{row.found}{row.expected}{row.reason_zh}{row.expected_zh}"
        assert secret not in told
        assert secret[1:] not in told


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_quarantine_file_has_places_and_reasons_but_no_people(tmp_path: Path, ending: str) -> None:
    rows = [{**PERSON, "person_id": PERSON["person_id"] * 4}, {**PERSON, "birth_date": "1953/03/04"}]
    report = load(with_table(tmp_path / "data", "persons", csv_text(rows)), tmp_path / "store")
    path = tmp_path / f"bad.{ending}"
    assert report.write_quarantine(path) == 2
    if ending == "csv":
        with path.open(encoding="utf-8", newline="") as file:
            told = [(row["file"], int(row["line"]), row["column"], row["reason"]) for row in csv.DictReader(file)]
    else:
        told = [(row["file"], row["line"], row["column"], row["reason"]) for row in pq.read_table(path).to_pylist()]
    assert told == [
        ("persons.csv", 2, "person_id", "bad_type: id longer than 64 characters"),
        ("persons.csv", 3, "birth_date", "bad_type: date"),
    ]
    data = path.read_bytes()
    assert not any(value.encode() in data for value in (PERSON["person_id"], PERSON["name"], "1953"))


def test_a_quarantine_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    report = load(with_table(tmp_path / "data", "persons", csv_text([PERSON])), tmp_path / "store")
    with pytest.raises(ValueError, match=r"ends in \.csv or \.parquet"):
        report.write_quarantine(tmp_path / "bad.xlsx")
