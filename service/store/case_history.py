"""What happened to a case, one line a change: state, people, members. Reasons are sealed: they may name somebody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, Row, Table, Text, func, insert, select

from service.store._columns import METADATA, Document, Moment, Number, Sealed

CASE_HISTORY = Table(
    "case_history",
    METADATA,
    Column("line_id", Number, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.case_id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),
    Column("account_id", Number),
    Column("action", Text, nullable=False),
    Column("from_state", Text, nullable=False),
    Column("to_state", Text, nullable=False),
    # Of the case after the change.
    Column("version", Integer, nullable=False),
    # Keyed hash of what was asked for: the same once more is answered, not done.
    Column("request", Text),
    Column("reason", Sealed),
    Column("details", Document, nullable=False),
    Index("ix_case_history_case_id", "case_id", "line_id"),
)


def add(connection: Connection, row: Mapping[str, Any]) -> None:
    """Add a line."""
    connection.execute(insert(CASE_HISTORY).values(**row))


def page(connection: Connection, case_id: str, after: int, limit: int) -> list[Row[Any]]:
    """Lines of a case in order, behind the one numbered `after`."""
    asked = select(CASE_HISTORY).where(CASE_HISTORY.c.case_id == case_id, CASE_HISTORY.c.line_id > after)
    return list(connection.execute(asked.order_by(CASE_HISTORY.c.line_id).limit(limit)))


def at_version(connection: Connection, case_id: str, version: int) -> Row[Any] | None:
    """The line of the change that gave the case this version."""
    asked = select(CASE_HISTORY).where(CASE_HISTORY.c.case_id == case_id, CASE_HISTORY.c.version == version)
    return connection.execute(asked.order_by(CASE_HISTORY.c.line_id.desc()).limit(1)).first()


def newest(connection: Connection, case_id: str, limit: int, before: int | None = None) -> list[Row[Any]]:
    """The last lines of a case, newest first; those before the line numbered `before` where it is given."""
    asked = select(CASE_HISTORY).where(CASE_HISTORY.c.case_id == case_id)
    if before is not None:
        asked = asked.where(CASE_HISTORY.c.line_id < before)
    return list(connection.execute(asked.order_by(CASE_HISTORY.c.line_id.desc()).limit(limit)))


def since_version(connection: Connection, case_id: str, version: int, limit: int = 20) -> list[Row[Any]]:
    """Lines of the changes after a version, in order."""
    asked = select(CASE_HISTORY).where(CASE_HISTORY.c.case_id == case_id, CASE_HISTORY.c.version > version)
    return list(connection.execute(asked.order_by(CASE_HISTORY.c.line_id).limit(limit)))


def count(connection: Connection, case_id: str, before: int) -> int:
    """How many lines a case has before the one numbered `before`."""
    asked = select(func.count()).where(CASE_HISTORY.c.case_id == case_id, CASE_HISTORY.c.line_id < before)
    return int(connection.execute(asked).scalar_one())
