"""A folder handed over and handed back is the same folder; a training reads it, with the draws of the queue."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from features.intake import load
from service.clock import SetClock
from service.store.audit_lines import AUDIT_LINES
from service.work.context import Context
from service.work.errors import UnusableDataError, WrongUsageError
from service.work.hand_back import hand_back
from service.work.hand_over import hand_over
from tests.county import County, invent


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    """A small invented county."""
    return invent(tmp_path_factory.mktemp("handed"), households=200, seed=3, months=4)


def test_what_goes_in_comes_back(context: Context, county: County, clock: SetClock, tmp_path: Path) -> None:
    """Every table, every row, every column; a second hand-over changes nothing."""
    clock.at = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    told: list[str] = []
    done = hand_over(context, county.folder, lambda name, _place, _of: told.append(name))
    assert [one.table for one in done] == told
    assert all(one.taken.quarantined == 0 for one in done)
    again = hand_over(context, county.folder)
    assert all(one.taken.repeated == one.taken.accepted for one in again if one.taken.accepted)
    found = hand_back(context, tmp_path / "back", "command:test")
    report = load(tmp_path / "back", tmp_path / "store")
    assert report.quarantined == 0
    for name, rows in found.rows.items():
        before, after = county.tables[name], pq.read_table(tmp_path / "store" / f"{name}.parquet")
        assert rows == before.num_rows == after.num_rows
        names = [column for column in before.column_names if column in after.column_names]
        order = [(column, "ascending") for column in names if before.schema.field(column).type != "list"]
        order = [(column, how) for column, how in order if "list" not in str(before.schema.field(column).type)]
        one, other = before.select(names).sort_by(order), after.select(names).sort_by(order)
        assert one.to_pylist() == other.to_pylist(), name
    assert (tmp_path / "back").stat().st_mode & 0o777 == 0o700
    with context.database.read() as connection:
        lines = connection.execute(select(AUDIT_LINES.c.who).where(AUDIT_LINES.c.action == "facts.hand_back")).all()
    assert [row.who for row in lines] == ["command:test"]


def test_a_folder_that_holds_something_is_left_alone(context: Context, tmp_path: Path) -> None:
    """Nothing is mixed with what is there."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    with pytest.raises(WrongUsageError, match="new folder"):
        hand_back(context, tmp_path / "full", "command:test")


def test_what_is_no_folder_is_told(context: Context, tmp_path: Path) -> None:
    """A clear error, before anything is taken."""
    with pytest.raises(UnusableDataError, match="folder"):
        hand_over(context, tmp_path / "nothing")
