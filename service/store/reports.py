"""Reports of recipients: what they tell, under a number they follow it by."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Index, Row, Table, Text, func, insert, select, update

from service.store._columns import METADATA, Moment, Number, Sealed

REPORTS = Table(
    "reports",
    METADATA,
    Column("report", Number, primary_key=True),
    Column("number", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("disbursement_id", Text),
    Column("division_code", Text, nullable=False),
    Column("text", Sealed, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("state", Text, nullable=False),  # received, looked_at, answered
    Column("answer", Sealed),
    Column("answered_at", Moment),
    Column("answered_by", Text),
    Index("uq_reports_number", "number", unique=True),
    Index("ix_reports_person", "person"),
    Index("ix_reports_state_made_at", "state", "made_at"),
)


def add(connection: Connection, **values: Any) -> None:
    """Add a report."""
    connection.execute(insert(REPORTS).values(state="received", **values))


def of_person(connection: Connection, person: str) -> list[Row[Any]]:
    """A person's reports, newest first."""
    return list(connection.execute(select(REPORTS).where(REPORTS.c.person == person).order_by(REPORTS.c.report.desc())))


def made_since(connection: Connection, person: str, since: dt.datetime) -> list[Row[Any]]:
    """A person's reports from a moment on."""
    asked = select(REPORTS).where(REPORTS.c.person == person, REPORTS.c.made_at >= since)
    return list(connection.execute(asked))


def listed(
    connection: Connection, where: ColumnElement[bool], after: int, limit: int, *, newest_first: bool = False
) -> list[Row[Any]]:
    """Reports that meet a condition, oldest first, behind a number; or newest first, before it (0: from the newest)."""
    asked = select(REPORTS).where(where).limit(limit)
    if not newest_first:
        asked = asked.where(REPORTS.c.report > after).order_by(REPORTS.c.report)
    else:
        asked = asked.order_by(REPORTS.c.report.desc())
        asked = asked.where(REPORTS.c.report < after) if after else asked
    return list(connection.execute(asked))


def by_number(connection: Connection, number: str, where: ColumnElement[bool]) -> Any:
    """One report that also meets a condition; None for none."""
    return connection.execute(select(REPORTS).where(REPORTS.c.number == number, where)).first()


def move(connection: Connection, number: str, **values: Any) -> None:
    """Change what became of a report."""
    connection.execute(update(REPORTS).where(REPORTS.c.number == number).values(**values))


def waiting(connection: Connection, where: ColumnElement[bool]) -> tuple[int, dt.datetime | None]:
    """How many reports that meet a condition wait for an answer, and when the oldest of them was made."""
    asked = select(func.count(), func.min(REPORTS.c.made_at)).where(REPORTS.c.state != "answered", where)
    count, oldest = connection.execute(asked).one()
    return int(count), oldest
