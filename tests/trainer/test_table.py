"""Any table is read, and what cannot be is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
import pytest

from models.trainer.table import MICROSECONDS_A_DAY, NEVER, Spec, TableError, from_arrow, read
from tests.trainer.tables import claims

SPEC = Spec("at", "fraud", decided="closed")


def test_kinds_of_columns() -> None:
    table = from_arrow(claims(0), SPEC)
    assert set(table.numbers) == {"x0", "x1", "x2", "x3", "x4", "online"}
    assert set(table.dates) == {"since"}
    assert set(table.texts) == {"shop", "kind"}
    assert (np.diff(table.time) >= 0).all()
    assert (table.decided[table.label >= 0] >= table.time[table.label >= 0]).all()
    assert (table.decided[table.label < 0] == NEVER).all()
    assert set(table.label.tolist()) == {-1, 0, 1}


def test_csv_and_parquet_are_the_same(tmp_path: Path) -> None:
    made = claims(1)
    pq.write_table(made, tmp_path / "t.parquet")
    pcsv.write_csv(made, tmp_path / "t.csv")
    one, two = read(tmp_path / "t.parquet", SPEC), read(tmp_path / "t.csv", SPEC)
    np.testing.assert_array_equal(one.time, two.time)
    np.testing.assert_array_equal(one.decided, two.decided)
    np.testing.assert_array_equal(one.label, two.label)
    for name in one.numbers:
        np.testing.assert_allclose(one.numbers[name], two.numbers[name])
    for name in one.texts:
        np.testing.assert_array_equal(one.texts[name], two.texts[name])
    np.testing.assert_array_equal(one.dates["since"], two.dates["since"])


def test_numbers_of_days_and_a_delay() -> None:
    plain = pa.table({"t": [3.0, 1.0, 2.5], "y": [1, 0, 1], "x": [1, 2, 3]})
    table = from_arrow(plain, Spec("t", "y", delay_days=10))
    assert table.time.tolist() == [1 * MICROSECONDS_A_DAY, int(2.5 * MICROSECONDS_A_DAY), 3 * MICROSECONDS_A_DAY]
    assert (table.decided - table.time == 10 * MICROSECONDS_A_DAY).all()
    assert table.numbers["x"].tolist() == [2, 3, 1]


def test_words_as_labels() -> None:
    plain = pa.table({"t": [1, 2, 3, 4], "y": ["bad", "fine", None, ""], "x": [1, 2, 3, 4]})
    assert from_arrow(plain, Spec("t", "y", positive="bad")).label.tolist() == [1, 0, -1, -1]
    yes = pa.table({"t": [1, 2, 3], "y": ["Yes", "no", "NO"], "x": [1, 2, 3]})
    assert from_arrow(yes, Spec("t", "y")).label.tolist() == [1, 0, 0]
    with pytest.raises(TableError, match="--positive"):
        from_arrow(plain, Spec("t", "y"))
    with pytest.raises(TableError, match="no value 'worse'"):
        from_arrow(plain, Spec("t", "y", positive="worse"))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (Spec("when", "fraud"), "no column 'when'"),
        (Spec("at", "fraud", drop=("gone",)), "no column 'gone'"),
        (Spec("kind", "fraud"), "dates or moments"),
        (Spec("at", "fraud", delay_days=-1), "0 or more"),
        (Spec("x0", "fraud"), "no time"),
        (Spec("at", "x1"), "expected 0 and 1"),
    ],
)
def test_what_cannot_be_used_is_named(spec: Spec, message: str) -> None:
    with pytest.raises(TableError, match=message):
        from_arrow(claims(2, 200), spec)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("a", encoding="utf-8")
    (tmp_path / "t.parquet").write_bytes(b"nothing")
    with pytest.raises(TableError, match=r"expected \.csv or \.parquet"):
        read(tmp_path / "t.txt", SPEC)
    with pytest.raises(TableError, match="cannot be read as parquet"):
        read(tmp_path / "t.parquet", SPEC)
    with pytest.raises(TableError, match="both answers"):
        from_arrow(pa.table({"t": [1, 2], "y": [0, 0], "x": [1, 2]}), Spec("t", "y"))
    with pytest.raises(TableError, match="no column left"):
        from_arrow(pa.table({"t": [1, 2], "y": [0, 1]}), Spec("t", "y"))
    nested = pa.table({"t": [1, 2], "y": [0, 1], "x": [[1], [2]]})
    with pytest.raises(TableError, match="leave it out with --drop"):
        from_arrow(nested, Spec("t", "y"))
