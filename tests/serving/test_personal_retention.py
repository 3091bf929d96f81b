"""Rows are kept as long as declared, and no longer; the log and what an open case rests on are kept."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Connection, Table, Text, func, insert, select

from service.clock import SetClock
from service.store import every_table, jobs
from service.store._columns import Document, Moment, Sealed
from service.store.audit_lines import AUDIT_LINES
from service.work.audit.record import Line, record
from service.work.audit.verify import verify
from service.work.context import Context
from service.work.errors import WrongUsageError
from service.work.jobs import work_once
from service.work.personal import retention
from service.work.personal.jobs import JOBS
from service.work.personal.retention import KIND, SHIPPED, read_rules, remove


def put(connection: Connection, name: str, at: dt.datetime, **values: Any) -> None:
    """A row of a table, with something in every column that must not be empty; moments are `at`."""
    table: Table = every_table().tables[name]
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.name in values:
            row[column.name] = values[column.name]
        elif isinstance(column.type, Moment):
            row[column.name] = at
        elif column.nullable or (column.primary_key and not isinstance(column.type, Text)):
            continue
        elif isinstance(column.type, Sealed):
            row[column.name] = b"sealed"
        elif isinstance(column.type, Boolean):
            row[column.name] = False
        elif column.type is Document:
            row[column.name] = {}
        else:
            row[column.name] = "x" if isinstance(column.type, Text) else 1
    connection.execute(insert(table).values(**row))


def count(context: Context, name: str) -> int:
    """How many rows a table has."""
    with context.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(every_table().tables[name])).scalar_one())


def test_every_table_is_declared() -> None:
    """Each table says how long its rows are kept and why; one that is not there any more says nothing."""
    declared = set(tomllib.loads(SHIPPED.read_text(encoding="utf-8")))
    there = set(every_table().tables)
    assert there - declared == set(), "say in service/work/personal/retention.toml how long their rows are kept"
    assert declared - there == set(), "no such table any more"
    assert set(read_rules()) == there


def test_rows_past_their_time_go_and_others_stay(
    context: Context, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the moved clock, in small steps, counted on the log; a row without the moment stays."""
    monkeypatch.setattr(retention, "AT_ONCE", 3)
    with context.database.write() as connection:
        for n in range(7):
            put(connection, "quarantine", clock.now(), line=n)
        put(connection, "jobs", clock.now(), state="done")
        put(connection, "jobs", clock.now(), state="waiting", done_at=None)
    clock.move(days=179)
    with context.database.write() as connection:
        put(connection, "quarantine", clock.now())
    assert remove(context, "worker") == {"jobs": 1}
    clock.move(days=1, seconds=1)
    assert remove(context, "worker") == {"quarantine": 7}
    assert (count(context, "quarantine"), count(context, "jobs")) == (1, 1)
    with context.database.read() as connection:
        lines = connection.execute(select(AUDIT_LINES).order_by(AUDIT_LINES.c.line)).all()
    assert [(line.about, line.details["removed"]) for line in lines] == [("jobs", 1)] + [
        ("quarantine", n) for n in (3, 3, 1)
    ]
    assert verify(context).sound


def test_the_log_and_scores_of_open_cases_stay(context: Context, clock: SetClock) -> None:
    """A century later the log is whole, and the score an open case rests on is there; others are gone."""
    with context.database.write() as connection:
        record(context, connection, Line("a", "case.read", "case", "C-1", reason="一个理由", flags=("kin",)))
        put(connection, "case_questions", clock.now(), question_id=1)
        for case, open_ in (("C-1", True), ("C-2", False)):
            put(connection, "cases", clock.now(), case_id=case, is_open=open_, question_id=1, hub_key=case)
            put(connection, "case_members", clock.now(), case_id=case, disbursement_id=f"D{case}", active=open_)
        for payment in ("DC-1", "DC-2", "D3"):
            put(connection, "scores", clock.now(), disbursement_id=payment)
    clock.move(days=36_500)
    assert remove(context, "worker")["scores"] == 2
    with context.database.read() as connection:
        left = connection.execute(select(every_table().tables["scores"].c.disbursement_id)).scalars().all()
    assert left == ["DC-1"]
    assert verify(context).sound
    assert (count(context, "audit_reasons"), count(context, "cases")) == (1, 2)


def test_the_job_comes_again_tomorrow(context: Context, clock: SetClock) -> None:
    """Done once a night, and waiting once, however often it was begun."""
    with context.database.write() as connection:
        jobs.add(connection, KIND, {}, clock.now(), name=KIND)
    for _ in range(3):
        assert work_once(context, JOBS, "w")
        assert not work_once(context, JOBS, "w")
        clock.move(days=1)
    with context.database.read() as connection:
        waiting = connection.execute(select(jobs.JOBS.c.due_at).where(jobs.JOBS.c.state == "waiting")).scalars().all()
    assert waiting == [clock.now()]


def test_a_deployment_changes_days_by_table(context: Context, clock: SetClock, tmp_path: Path) -> None:
    """Its own file counts for the tables it names, the shipped one for the others."""
    own = tmp_path / "retention.toml"
    own.write_text('[quarantine]\ndays = 2\nafter = "at"\nwhy = "agreed with the archives"\n')
    changed = replace(context, settings=replace(context.settings, retention=own))
    with context.database.write() as connection:
        put(connection, "quarantine", clock.now())
    clock.move(days=3)
    assert remove(context, "worker") == {}
    assert remove(changed, "worker") == {"quarantine": 1}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[audit_lines]\ndays = 30\nafter = "at"\nwhy = "x"', "never shortened"),
        ('[nonsense]\nkeep = "x"', "no such table"),
        ('[quarantine]\ndays = 0\nafter = "at"\nwhy = "x"', "days = 0"),
        ('[quarantine]\ndays = 1.5\nafter = "at"\nwhy = "x"', "days = 1.5"),
        ('[quarantine]\ndays = 5\nafter = "line"\nwhy = "x"', "after = 'line'"),
        ('[quarantine]\ndays = 5\nafter = "at"', "why"),
        ('[quarantine]\ndays = 5\nafter = "at"\nwhy = "x"\nspare = ["nobody"]', "spare"),
        ('[quarantine]\ndays = 5\nafter = "at"\nwhy = "x"\nother = 1', "no such key: other"),
        ('[quarantine]\nkeep = "x"\ndays = 5', "stands alone"),
        ("quarantine = 3", "found a value"),
        ("[quarantine", "not TOML"),
    ],
)
def test_slips_in_a_file_are_told(tmp_path: Path, text: str, told: str) -> None:
    """Each names the table and what is wrong, before anything is removed."""
    own = tmp_path / "retention.toml"
    own.write_text(text)
    with pytest.raises(WrongUsageError, match=told):
        read_rules(own)
