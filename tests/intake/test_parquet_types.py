"""Parquet columns that arrive typed: what is taken without loss, row by row refused, or stops the load."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from features.intake import IntakeError, load
from tests.intake.folders import refusals, stored, with_table

DAY = datetime.date(2019, 1, 2)
MOMENT = datetime.datetime(2019, 1, 2, 1, tzinfo=datetime.UTC)
SHANGHAI = pa.timestamp("ns", "Asia/Shanghai")

TAKEN: dict[str, tuple[str, str, pa.Array, list[Any]]] = {
    "text": ("notices", "posted_to", pa.array(["2019-01-02", ""]), [DAY, None]),
    "large text": ("notices", "posted_to", pa.array(["2019-01-02", None], pa.large_string()), [DAY, None]),
    "text views": ("notices", "posted_to", pa.array(["2019-01-02", None], pa.string_view()), [DAY, None]),
    "dictionary": ("notices", "posted_to", pa.array(["2019-01-02", None]).dictionary_encode(), [DAY, None]),
    "bytes": ("notices", "posted_to", pa.array([b"2019-01-02", None]), [DAY, None]),
    "null column": ("notices", "posted_to", pa.nulls(2), [None, None]),
    "date32": ("notices", "posted_to", pa.array([DAY, None], pa.date32()), [DAY, None]),
    "date64": ("notices", "posted_to", pa.array([DAY, None], pa.date64()), [DAY, None]),
    "midnights": ("notices", "posted_to", pa.array([DAY, None], pa.date32()).cast(pa.timestamp("ns")), [DAY, None]),
    "decimal": ("notices", "amount", pa.array([Decimal("1.50"), None], pa.decimal128(12, 2)), [Decimal("1.50"), None]),
    "short decimal": ("notices", "amount", pa.array([Decimal("1.5")], pa.decimal128(9, 1)), [Decimal("1.50")]),
    "wide decimal": ("notices", "amount", pa.array([Decimal("1.5000")], pa.decimal256(40, 4)), [Decimal("1.50")]),
    "float quantity": ("notices", "quantity", pa.array([1.5, None, float("nan")]), [1.5, None, None]),
    "whole quantity": ("notices", "quantity", pa.array([1, None], pa.int32()), [1.0, None]),
    "decimal quantity": ("notices", "quantity", pa.array([Decimal("0.1")], pa.decimal128(5, 1)), [0.1]),
    "small int": ("certificates", "grade", pa.array([1, None], pa.int8()), [1, None]),
    "float int": ("certificates", "grade", pa.array([1.0, None, float("nan")], pa.float32()), [1, None, None]),
    "bool": ("kinship", "declared", pa.array([True, None]), [True, None]),
    "moment": ("kinship", "recorded_at", pa.array([MOMENT, None], SHANGHAI), [MOMENT, None]),
    "seconds": ("kinship", "recorded_at", pa.array([MOMENT, None], pa.timestamp("s", "UTC")), [MOMENT, None]),
    "list": ("programs", "exclusive_with", pa.array([["P1", "P2"], [], None]), [["P1", "P2"], None, None]),
    "whole id": ("notices", "application_id", pa.array([7, 8]), ["7", "8"]),
}
REFUSED: dict[str, tuple[str, str, pa.Array, list[int]]] = {
    "time of day in a date": ("notices", "posted_to", pa.array([MOMENT.replace(tzinfo=None), None]), [1]),
    "more than two decimals": (
        "notices",
        "amount",
        pa.array([Decimal("1.505"), Decimal("2")], pa.decimal128(9, 3)),
        [1],
    ),
    "money too large": ("notices", "amount", pa.array([Decimal(10**17), None], pa.decimal128(38, 0)), [1]),
    "infinite": ("notices", "quantity", pa.array([1.0, float("inf")]), [2]),
    "half a grade": ("certificates", "grade", pa.array([1.0, 1.5, None, 1e30]), [2, 4]),
    "huge int": ("certificates", "grade", pa.array([2**64 - 1, 1], pa.uint64()), [1]),
    "year 1": ("kinship", "recorded_at", pa.array([-62135596800, 0], pa.timestamp("s", "UTC")), [1]),
    "far future": ("kinship", "recorded_at", pa.array([300_000_000_000, 0], pa.timestamp("s", "UTC")), [1]),
    "not UTF-8": ("notices", "application_id", pa.array([b"A1", b"\xc1\xf5"]), [2]),
    "empty list entry": ("programs", "exclusive_with", pa.array([["P1", ""], ["P1"]]), [1]),
}
STOPPED: dict[str, tuple[str, str, pa.Array]] = {
    "float money": ("notices", "amount", pa.array([1.5])),
    "whole money": ("notices", "amount", pa.array([150])),
    "moment without zone": ("kinship", "recorded_at", pa.array([MOMENT.replace(tzinfo=None)])),
    "moment for a date": ("notices", "posted_to", pa.array([MOMENT])),
    "float id": ("notices", "application_id", pa.array([1.0])),
    "int for bool": ("kinship", "declared", pa.array([1])),
    "nested id": ("notices", "application_id", pa.array([["A1"]])),
}
_BASE: dict[str, dict[str, list[Any]]] = {
    "notices": {"application_id": ["A1", "A2", "A3", "A4"], "posted_from": ["2019-01-02"] * 4},
    "certificates": {"person_id": ["1", "2", "3", "4"], "kind": ["other"] * 4, "valid_from": ["2019-01-02"] * 4},
    "kinship": {"person_id": ["1", "2", "3", "4"], "relative_id": ["5"] * 4, "relation": ["other"] * 4},
    "programs": {
        "program_id": ["P1", "P2", "P3", "P4"],
        "name": ["n"] * 4,
        "paid_per": ["person"] * 4,
        "quantity_unit": ["item"] * 4,
        "frequency": ["annual"] * 4,
    },
}


def table(name: str, column: str, values: pa.Array) -> pa.Table:
    """A table with one column of the given values and type, the rest as short text."""
    columns: dict[str, Any] = {key: given[: len(values)] for key, given in _BASE[name].items()}
    return pa.table({**columns, column: values})


@pytest.mark.parametrize("case", TAKEN)
def test_types_that_hold_the_values_are_taken(tmp_path: Path, case: str) -> None:
    name, column, values, expected = TAKEN[case]
    report = load(with_table(tmp_path / "data", name, table(name, column, values)), tmp_path / "store")
    assert refusals(report, name) == []
    assert stored(report, name).column(column).to_pylist() == expected
    assert bool(report.tables[name].notes) == (case == "whole id")


@pytest.mark.parametrize("case", REFUSED)
def test_values_that_would_change_are_refused_row_by_row(tmp_path: Path, case: str) -> None:
    name, column, values, lines = REFUSED[case]
    report = load(with_table(tmp_path / "data", name, table(name, column, values)), tmp_path / "store")
    code = "bad_encoding" if case == "not UTF-8" else "bad_type"
    assert refusals(report, name) == [(line, column, code) for line in lines]
    assert report.tables[name].accepted == len(values) - len(lines)


@pytest.mark.parametrize("case", STOPPED)
def test_types_that_cannot_be_right_stop_the_load(tmp_path: Path, case: str) -> None:
    name, column, values = STOPPED[case]
    with pytest.raises(IntakeError, match=rf"{name}\.parquet, column {column}: found type .*; expected"):
        load(with_table(tmp_path / "data", name, table(name, column, values)), tmp_path / "store")


def test_stored_types_do_not_depend_on_the_form_of_the_file(tmp_path: Path) -> None:
    typed = table("notices", "amount", TAKEN["decimal"][2])
    text = "application_id,posted_from,amount\nA1,2019-01-02,1.50\nA2,2019-01-02,\n"
    one = load(with_table(tmp_path / "one", "notices", typed), tmp_path / "1")
    two = load(with_table(tmp_path / "two", "notices", text), tmp_path / "2")
    assert stored(one, "notices").equals(stored(two, "notices"))


def test_bytes_that_are_no_text_in_two_columns(tmp_path: Path) -> None:
    columns = {"application_id": [b"A1", b"\xc1\xf5", b"A3"], "posted_from": [b"2019-01-02", b"2019-01-02", b"\xff"]}
    report = load(with_table(tmp_path / "data", "notices", pa.table(columns)), tmp_path / "store")
    assert refusals(report, "notices") == [
        (2, "application_id", "bad_encoding"),
        (3, "posted_from", "bad_encoding"),
    ]
