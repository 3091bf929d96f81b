"""Files that cannot be loaded stop the load with one clear message; odd but sound ones load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.intake import IntakeError, load
from tests.intake.folders import NOTICE, csv_text, refusals, required, stored, with_table

HEADER = "application_id,posted_from,posted_to,quantity,amount\n"
ROW = "A1,2019-01-02,2019-01-09,1,12.50\n"
NAME = "刘学福"


def put(name: str, data: bytes) -> Callable[[Path], object]:
    """A file beside the required tables."""
    return lambda folder: (required(folder) / name).write_bytes(data)


def cut_parquet(folder: Path) -> None:
    """A Parquet file whose end is missing."""
    with_table(folder, "notices", pa.table({"application_id": ["A"] * 99, "posted_from": ["2019-01-02"] * 99}))
    path = folder / "notices.parquet"
    path.write_bytes(path.read_bytes()[:-60])


def holed_parquet(folder: Path) -> None:
    """A Parquet file whose footer is whole and whose pages are not."""
    columns = {"application_id": [f"A{i}" for i in range(999)], "posted_from": ["2019-01-02"] * 999}
    with_table(folder, "notices", pa.table(columns))
    path = folder / "notices.parquet"
    data = bytearray(path.read_bytes())
    data[4:600] = b"\xff" * 596
    path.write_bytes(bytes(data))


def twice(folder: Path) -> None:
    """One table as CSV and as Parquet."""
    with_table(folder, "notices", HEADER + ROW)
    pq.write_table(pa.table({"application_id": ["A1"], "posted_from": ["2019-01-02"]}), folder / "notices.parquet")


def repeated_names(folder: Path) -> None:
    """A Parquet file with one column twice."""
    column = pa.array(["A1"])
    with_table(folder, "notices", pa.table([column, column, column], ["application_id", "posted_from", "posted_from"]))


def no_persons(folder: Path) -> None:
    """A required table is missing, or hides behind another spelling."""
    required(folder)
    (folder / "persons.csv").rename(folder / "Persons.csv")


STOPS: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (put("notices.csv", b""), "notices.csv, line 1: found an empty file"),
    "blank lines": (put("notices.csv", b"\n\n"), "notices.csv, line 1: found no line of column names"),
    "header on line 2": (put("notices.csv", b"\n" + HEADER.encode()), "found no line of column names"),
    "no header": (put("notices.csv", ROW.encode()), "found none of the column names of the table"),
    "semicolons": (put("notices.csv", HEADER.replace(",", ";").encode()), "found columns separated by semicolons"),
    "tabs": (put("notices.csv", HEADER.replace(",", "\t").encode()), "found columns separated by tabs"),
    "a name twice": (
        put("notices.csv", b"application_id,posted_from,posted_from\n"),
        "notices.csv, line 1, column posted_from: found the same column name twice",
    ),
    "a required column missing": (
        put("notices.csv", b"application_id,amount\nA1,12.50\n"),
        "notices.csv, line 1, column posted_from: found no such column",
    ),
    "header not UTF-8": (
        put("notices.csv", "application_id,posted_from,备注\n".encode("gbk")),
        "found column names that are not UTF-8",
    ),
    "returns only": (put("notices.csv", (HEADER + ROW).replace("\n", "\r").encode()), "a carriage return alone"),
    "UTF-16 with mark": (put("notices.csv", (HEADER + ROW).encode("utf-16")), "found text in UTF-16"),
    "UTF-16 without mark": (put("notices.csv", (HEADER + ROW).encode("utf-16-le")), "found zero bytes"),
    "a spreadsheet named csv": (put("notices.csv", b"PK\x03\x04rest"), "found a spreadsheet or zip archive"),
    "a spreadsheet": (put("notices.xlsx", b"PK\x03\x04rest"), "notices.xlsx: found a .xlsx file"),
    "compressed": (put("notices.csv.gz", b"\x1f\x8b"), "notices.csv.gz: found a .csv.gz file"),
    "Parquet named csv": (put("notices.csv", b"PAR1restPAR1"), "found a Parquet file named .csv"),
    "CSV named Parquet": (put("notices.parquet", (HEADER + ROW).encode()), "not Parquet, or is damaged"),
    "empty Parquet": (put("notices.parquet", b""), "not Parquet, or is damaged"),
    "cut Parquet": (cut_parquet, "not Parquet, or is damaged"),
    "damaged pages": (holed_parquet, "not Parquet, or is damaged"),
    "a column twice in Parquet": (repeated_names, "column posted_from: found the same column name twice"),
    "twice": (twice, "notices.parquet: found the table twice, also as notices.csv"),
    "a folder": (lambda folder: (required(folder) / "notices.csv").mkdir(), "notices.csv: found a folder"),
    "a required table missing": (
        no_persons,
        "persons.csv: found only Persons.csv; expected the required table persons",
    ),
    "no folder": (lambda folder: None, "found nothing; expected a folder of tables"),
    "a file for a folder": (lambda folder: folder.write_text("x"), "found a file; expected a folder of tables"),
}


@pytest.mark.parametrize("case", STOPS)
def test_what_cannot_be_loaded_stops_with_one_message_and_stores_nothing(tmp_path: Path, case: str) -> None:
    make, message = STOPS[case]
    make(tmp_path / "data")
    with pytest.raises(IntakeError) as caught:
        load(tmp_path / "data", tmp_path / "store")
    assert message in str(caught.value)
    assert "; expected " in str(caught.value)
    assert "应为" in caught.value.in_chinese()
    assert list((tmp_path / "store").rglob("*.parquet")) == []
    assert not (tmp_path / "store" / "intake.json").exists()


def test_a_store_that_cannot_be_written_is_an_intake_error(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("in the way", encoding="utf-8")
    with pytest.raises(IntakeError, match="the file system's answer"):
        load(required(tmp_path / "data"), tmp_path / "store")


def test_a_missing_header_shows_no_value(tmp_path: Path) -> None:
    put("officials.csv", f"O1,,{NAME},bank_agent\n".encode())(tmp_path / "data")
    with pytest.raises(IntakeError) as caught:
        load(tmp_path / "data", tmp_path / "store")
    assert NAME not in str(caught.value) + caught.value.in_chinese()


def test_marks_line_ends_quotes_and_blank_lines_are_understood(tmp_path: Path) -> None:
    body = (
        'complaint_id,at,text\r\nK1,2019-01-02T10:00:00+08:00,"一, ""二""\r\n三"\r\n\r\n"K2",2019-01-02T10:00:00Z,\r\n'
    )
    body += "K3,2019-01-32T10:00:00Z,"
    report = load(with_table(tmp_path / "data", "complaints", b"\xef\xbb\xbf" + body.encode()), tmp_path / "store")
    assert stored(report, "complaints").column("text").to_pylist() == ['一, "二"\r\n三', None]
    assert refusals(report, "complaints") == [(6, "at", "bad_type")]


def test_a_header_alone_is_an_empty_table(tmp_path: Path) -> None:
    report = load(with_table(tmp_path / "data", "notices", HEADER.strip()), tmp_path / "store")
    assert report.tables["notices"].rows_in == 0
    assert stored(report, "notices").num_rows == 0


def test_broken_rows_cost_only_themselves(tmp_path: Path) -> None:
    lines = [ROW.strip().encode(), "A2,2019-01-02,,,刘".encode("gbk"), b"A3,2019-01-02", b'A4,"2019-01-02"x,,,']
    lines += [b"A5,2019-01-02,,,\r1", b"A6,2019-01-02,,,,,", b'A7,"2019-01-02,,,', b"A8,2019-01-02,,,"]
    report = load(with_table(tmp_path / "data", "notices", HEADER.encode() + b"\n".join(lines)), tmp_path / "store")
    assert refusals(report, "notices") == [
        (3, "amount", "bad_encoding"),
        (4, "", "bad_fields"),
        (5, "", "bad_fields"),
        (6, "", "bad_fields"),
        (7, "", "bad_fields"),
        (8, "", "bad_fields"),
    ]
    assert stored(report, "notices").column("application_id").to_pylist() == ["A1", "A8"]


def test_unknown_columns_and_files_are_reported(tmp_path: Path) -> None:
    folder = with_table(tmp_path / "data", "notices", csv_text([{"备注": "x", **NOTICE}]))
    (folder / "truth.parquet").write_bytes(b"whatever")
    (folder / "notices.csv.bak").write_bytes(b"whatever")
    report = load(folder, tmp_path / "store")
    assert report.tables["notices"].ignored_columns == ("备注",)
    assert report.tables["notices"].missing_columns == ("quantity",)
    assert report.ignored_files == ("notices.csv.bak", "truth.parquet")
