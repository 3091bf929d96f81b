"""Whatever stands in a file, every row of it is either accepted or quarantined, and money stays exact to the cent."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.contract import TABLES
from features.intake import IntakeError, accept_rows, load
from tests.intake.folders import csv_text, refusals, stored, with_table

# They take long, and quicker tests run the same lines: branches are not counted meanwhile.
pytestmark = pytest.mark.no_cover

cell = st.one_of(
    st.sampled_from(
        ["", "A1", "2019-01-02", "2019-02-30", "12.50", "1,2", "x" * 65, "王", "3", "nan", 'q"q', "a\nb", " "]
    ),
    st.text(st.characters(codec="utf-8"), max_size=8),
)
names = [c.name for c in TABLES["notices"].columns]
rows = st.lists(st.fixed_dictionaries({name: cell for name in names}), min_size=0, max_size=12)
cents = st.integers(-(10**18) + 1, 10**18 - 1)


@given(rows)
def test_rows_of_a_csv_file_are_conserved(given_rows: list[dict[str, str]]) -> None:
    given_rows = [row for row in given_rows if any(row.values())]
    with tempfile.TemporaryDirectory() as scratch:
        folder = with_table(Path(scratch) / "data", "notices", csv_text(given_rows, names, "\r\n"))
        report = load(folder, Path(scratch) / "store")
        told = report.tables["notices"]
        assert told.rows_in == told.accepted + told.quarantined
        assert told.rows_in == len(given_rows)
        assert stored(report, "notices").num_rows == told.stored
        assert len(refusals(report, "notices")) == told.quarantined
        by_hand = accept_rows(TABLES["notices"], given_rows)
        assert (by_hand.accepted, by_hand.batch.num_rows) == (told.accepted, told.stored)


@given(st.binary(max_size=200))
def test_no_bytes_end_in_a_traceback(body: bytes) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        header = ",".join(names).encode() + b"\n"
        folder = with_table(Path(scratch) / "data", "notices", header + body)
        told = load(folder, Path(scratch) / "store").tables["notices"]
        assert told.rows_in == told.accepted + told.quarantined


@given(st.lists(cents, min_size=1, max_size=8))
def test_money_is_exact(amounts: list[int]) -> None:
    written = [f"{'-' if c < 0 else ''}{abs(c) // 100}.{abs(c) % 100:02d}" for c in amounts]
    given_rows = [
        {"application_id": f"A{i}", "posted_from": "2019-01-02", "amount": text} for i, text in enumerate(written)
    ]
    taken = accept_rows(TABLES["notices"], given_rows)
    assert [v.as_py() for v in taken.batch.column("amount")] == [Decimal(c).scaleb(-2) for c in amounts]


@given(
    st.dictionaries(
        st.one_of(st.sampled_from(names), st.text(max_size=5)),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals() | st.dates(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
        ),
    )
)
def test_no_value_of_a_request_ends_in_a_traceback(row: dict[str, object]) -> None:
    for table in (TABLES["notices"], TABLES["programs"], TABLES["kinship"]):
        taken = accept_rows(table, [row, row])
        assert taken.accepted + len(taken.quarantine) == taken.rows_in == 2


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=20))
def test_no_damage_to_a_parquet_file_ends_in_a_traceback(damage: list[tuple[int, int]]) -> None:
    table = pa.table({"application_id": [f"A{i}" for i in range(20)], "posted_from": ["2019-01-02"] * 20})
    with tempfile.TemporaryDirectory() as scratch:
        folder = with_table(Path(scratch) / "data", "notices", table)
        path = folder / "notices.parquet"
        data = bytearray(path.read_bytes())
        for place, value in damage:
            data[place % len(data)] = value
        path.write_bytes(bytes(data))
        with suppress(IntakeError):
            told = load(folder, Path(scratch) / "store").tables["notices"]
            assert told.rows_in == told.accepted + told.quarantined
