"""Runs of matching: departments' lists against the register, as of one moment, by whom asked and what became of it.

Counts alone; what a run found lies in `match_rows`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import BigInteger, Column, Connection, Double, Index, Integer, Row, Table, Text, insert, select, update

from service.store._columns import METADATA, Moment, Number

State = Literal["waiting", "done", "failed"]
Why = Literal["asked", "night", "answers", "lines"]

MATCH_RUNS = Table(
    "match_runs",
    METADATA,
    Column("run_id", Number, primary_key=True),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", Moment, nullable=False),
    # asked by somebody, of the night, after answers, after the lines moved
    Column("why", Text, nullable=False),
    Column("state", Text, nullable=False),
    # The moment it is of, set when it is first begun: begun again it is the same run.
    Column("as_of", Moment),
    # The newest batch of facts it looked at.
    Column("fact_seq", Number),
    Column("same_probability", Double),
    Column("none_probability", Double),
    Column("spec", Text),
    Column("rows", Integer),
    Column("same", Integer),
    Column("unsure", Integer),
    Column("none", Integer),
    Column("persons", Integer),
    Column("pairs", BigInteger),
    # Pairs kept away because people said they are different, and rows settled because people said same.
    Column("cleared", Integer),
    Column("confirmed", Integer),
    # Events that count in scores from this run on: new, of another person than before, taken back.
    Column("events_new", Integer),
    Column("events_changed", Integer),
    Column("events_back", Integer),
    Column("done_at", Moment),
    Column("problem_en", Text),
    Column("problem_zh", Text),
    Index("ix_match_runs_state_run_id", "state", "run_id"),
)


@dataclass(frozen=True, slots=True)
class MatchRun:
    """A run as it stands. Counts are None while it is not done; `problem` (Chinese, English) where it failed."""

    run_id: int
    asked_by: str
    asked_at: dt.datetime
    why: Why
    state: State
    as_of: dt.datetime | None
    fact_seq: int | None
    same_probability: float | None
    none_probability: float | None
    rows: int | None
    same: int | None
    unsure: int | None
    none: int | None
    persons: int | None
    pairs: int | None
    cleared: int | None
    confirmed: int | None
    events_new: int | None
    events_changed: int | None
    events_back: int | None
    done_at: dt.datetime | None
    problem: tuple[str, str] | None


def add(connection: Connection, asked_by: str, asked_at: dt.datetime, why: Why) -> int:
    """Keep that a run was asked for; its number."""
    values = {"asked_by": asked_by, "asked_at": asked_at, "why": why, "state": "waiting"}
    key = connection.execute(insert(MATCH_RUNS).values(**values)).inserted_primary_key
    assert key is not None  # noqa: S101 - one row was inserted
    return int(key[0])


def get(connection: Connection, run_id: int) -> MatchRun | None:
    """A run; None where there is none."""
    row = connection.execute(select(MATCH_RUNS).where(MATCH_RUNS.c.run_id == run_id)).first()
    return None if row is None else _run(row)


def waiting(connection: Connection) -> MatchRun | None:
    """The oldest run that is not done; None where none waits."""
    asked = select(MATCH_RUNS).where(MATCH_RUNS.c.state == "waiting").order_by(MATCH_RUNS.c.run_id)
    row = connection.execute(asked.limit(1)).first()
    return None if row is None else _run(row)


def newest(connection: Connection) -> MatchRun | None:
    """The newest run that is done: its rows are those on record."""
    asked = select(MATCH_RUNS).where(MATCH_RUNS.c.state == "done").order_by(MATCH_RUNS.c.run_id.desc())
    row = connection.execute(asked.limit(1)).first()
    return None if row is None else _run(row)


def recent(connection: Connection, limit: int, before: int | None = None) -> list[MatchRun]:
    """Runs, newest first; those before a number where one is given."""
    asked = select(MATCH_RUNS).order_by(MATCH_RUNS.c.run_id.desc()).limit(limit)
    if before is not None:
        asked = asked.where(MATCH_RUNS.c.run_id < before)
    return [_run(row) for row in connection.execute(asked)]


def begin(connection: Connection, run_id: int, as_of: dt.datetime) -> dt.datetime:
    """Set the moment a run is of, once; the moment that stands."""
    connection.execute(
        update(MATCH_RUNS).where(MATCH_RUNS.c.run_id == run_id, MATCH_RUNS.c.as_of.is_(None)).values(as_of=as_of)
    )
    found = connection.execute(select(MATCH_RUNS.c.as_of).where(MATCH_RUNS.c.run_id == run_id)).scalar_one()
    assert isinstance(found, dt.datetime)  # noqa: S101 - set above
    return found


def finish(connection: Connection, run_id: int, at: dt.datetime, values: dict[str, Any]) -> bool:
    """Keep that a run is done. False where it was before: nothing is changed then."""
    waits = update(MATCH_RUNS).where(MATCH_RUNS.c.run_id == run_id, MATCH_RUNS.c.state == "waiting")
    return connection.execute(waits.values(state="done", done_at=at, **values)).rowcount == 1


def fail(connection: Connection, run_id: int, at: dt.datetime, problem: tuple[str, str]) -> bool:
    """Keep why a run came to nothing, (Chinese, English). False where it was done or had failed."""
    waits = update(MATCH_RUNS).where(MATCH_RUNS.c.run_id == run_id, MATCH_RUNS.c.state == "waiting")
    values = {"state": "failed", "done_at": at, "problem_zh": problem[0], "problem_en": problem[1]}
    return connection.execute(waits.values(**values)).rowcount == 1


_PLAIN: Final = tuple(name for name in MatchRun.__dataclass_fields__ if name != "problem")


def _run(row: Row[Any]) -> MatchRun:
    problem = None if row.problem_en is None else (str(row.problem_zh), str(row.problem_en))
    return MatchRun(**{name: getattr(row, name) for name in _PLAIN}, problem=problem)
