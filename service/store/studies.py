"""Studies: what takes too long for a page (replays, reviews of rules, drift, groups), asked for by somebody and kept.

The answer is counts and figures, as JSON text: no person, no card, no name. One row a study; rows are never changed but
from waiting to done or failed, and once when a report is published.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from sqlalchemy import Column, Connection, Index, Row, Table, Text, delete, func, insert, select, update

from service.store._columns import METADATA, Document, Moment, Number

Kind = Literal["rules", "replay", "drift", "groups"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
State = Literal["waiting", "done", "failed"]

STUDIES = Table(
    "studies",
    METADATA,
    Column("study_id", Number, primary_key=True),
    Column("kind", Text, nullable=False),
    # What it is about: a rule's code, a typology; empty for all.
    Column("about", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("arguments", Document, nullable=False),
    Column("state", Text, nullable=False),
    Column("done_at", Moment),
    # JSON text as it was written: a replay is sealed by a hash of it.
    Column("result", Text),
    Column("problem_en", Text),
    Column("problem_zh", Text),
    Column("published_at", Moment),
    Column("published_by", Text),
    Index("ix_studies_kind_about_study_id", "kind", "about", "study_id"),
    Index("ix_studies_kind_published_at", "kind", "published_at"),
)

_SHOWN: Final = tuple(column for column in STUDIES.c if column.name != "result")


@dataclass(frozen=True, slots=True)
class Study:
    """A study as it stands; `result` is JSON text, None while it is not done or where it was not asked for."""

    study_id: int
    kind: Kind
    about: str
    asked_by: str
    asked_at: dt.datetime
    arguments: dict[str, Any]
    state: State
    done_at: dt.datetime | None
    result: str | None
    problem: tuple[str, str] | None
    published_at: dt.datetime | None
    published_by: str | None


def add(
    connection: Connection, kind: Kind, about: str, asked_by: str, asked_at: dt.datetime, arguments: dict[str, Any]
) -> int:
    """Keep that a study was asked for; its number."""
    values = {
        "kind": kind, "about": about, "asked_by": asked_by, "asked_at": asked_at, "arguments": arguments,
        "state": "waiting",
    }  # fmt: skip
    done = connection.execute(insert(STUDIES).values(**values))
    key = done.inserted_primary_key
    assert key is not None  # noqa: S101 - one row was inserted
    return int(key[0])


def get(connection: Connection, study_id: int) -> Study | None:
    """A study with its result; None where there is none."""
    row = connection.execute(select(STUDIES).where(STUDIES.c.study_id == study_id)).first()
    return None if row is None else _study(row, str(row.result) if row.result is not None else None)


def newest(connection: Connection, kind: Kind, about: str | None = None, *, done: bool = True) -> Study | None:
    """The newest study of a kind that was answered (`done`), or whatever its state; with its result."""
    asked = select(STUDIES).where(STUDIES.c.kind == kind)
    if about is not None:
        asked = asked.where(STUDIES.c.about == about)
    if done:
        asked = asked.where(STUDIES.c.state == "done")
    row = connection.execute(asked.order_by(STUDIES.c.study_id.desc()).limit(1)).first()
    return None if row is None else _study(row, str(row.result) if row.result is not None else None)


def recent(connection: Connection, kind: Kind, limit: int, about: str | None = None) -> list[Study]:
    """Studies of a kind, newest first, without their results."""
    asked = select(*_SHOWN).where(STUDIES.c.kind == kind)
    if about is not None:
        asked = asked.where(STUDIES.c.about == about)
    rows = connection.execute(asked.order_by(STUDIES.c.study_id.desc()).limit(limit))
    return [_study(row, None) for row in rows]


def waiting(connection: Connection) -> list[Study]:
    """Studies that are not answered yet, oldest first."""
    asked = select(*_SHOWN).where(STUDIES.c.state == "waiting").order_by(STUDIES.c.study_id)
    return [_study(row, None) for row in connection.execute(asked)]


def published(connection: Connection, kind: Kind) -> Study | None:
    """The study of a kind that was published last; None where none was."""
    asked = select(STUDIES).where(STUDIES.c.kind == kind, STUDIES.c.published_at.is_not(None))
    row = connection.execute(asked.order_by(STUDIES.c.published_at.desc(), STUDIES.c.study_id.desc()).limit(1)).first()
    return None if row is None else _study(row, str(row.result))


def keep(connection: Connection, study_id: int, at: dt.datetime, result: str) -> bool:
    """Keep the answer. False where the study was answered before: that answer stays."""
    return _finish(connection, study_id, {"state": "done", "done_at": at, "result": result})


def fail(connection: Connection, study_id: int, at: dt.datetime, problem: tuple[str, str]) -> bool:
    """Keep why there is no answer, (Chinese, English). False where the study was answered before."""
    values = {"state": "failed", "done_at": at, "problem_zh": problem[0], "problem_en": problem[1]}
    return _finish(connection, study_id, values)


def publish(connection: Connection, study_id: int, by: str, at: dt.datetime) -> bool:
    """Publish an answered study. False where it is not answered, or was published before."""
    done = connection.execute(
        update(STUDIES)
        .where(STUDIES.c.study_id == study_id, STUDIES.c.state == "done", STUDIES.c.published_at.is_(None))
        .values(published_at=at, published_by=by)
    )
    return done.rowcount == 1


def forget(connection: Connection, kind: Kind, asked_by: str, before: dt.datetime) -> int:
    """Let go of studies somebody asked for before a moment, but for the newest and what was published; how many."""
    newest = select(func.max(STUDIES.c.study_id)).where(STUDIES.c.kind == kind, STUDIES.c.state == "done")
    old = delete(STUDIES).where(
        STUDIES.c.kind == kind, STUDIES.c.asked_by == asked_by, STUDIES.c.asked_at < before,
        STUDIES.c.published_at.is_(None), STUDIES.c.study_id != func.coalesce(newest.scalar_subquery(), 0),
    )  # fmt: skip
    return int(connection.execute(old).rowcount)


def _finish(connection: Connection, study_id: int, values: dict[str, Any]) -> bool:
    waiting = update(STUDIES).where(STUDIES.c.study_id == study_id, STUDIES.c.state == "waiting")
    return connection.execute(waiting.values(**values)).rowcount == 1


def _study(row: Row[Any], result: str | None) -> Study:
    problem = None if row.problem_en is None else (str(row.problem_zh), str(row.problem_en))
    return Study(
        int(row.study_id), row.kind, str(row.about), str(row.asked_by), row.asked_at, dict(row.arguments), row.state,
        row.done_at, result, problem, row.published_at, row.published_by,
    )  # fmt: skip
