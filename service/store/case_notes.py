"""Notes people write on cases: sealed, only ever added."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Row, Table, Text, UniqueConstraint, func, insert, select

from service.store._columns import METADATA, Moment, Number, Sealed

CASE_NOTES = Table(
    "case_notes",
    METADATA,
    Column("note_id", Number, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.case_id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),
    Column("account_id", Number, nullable=False),
    Column("text", Sealed, nullable=False),
    # A word of the caller's for this one note: sent twice it is kept once.
    Column("request", Text),
    UniqueConstraint("account_id", "request"),
    Index("ix_case_notes_case_id", "case_id", "note_id"),
)


def add(connection: Connection, row: Mapping[str, Any]) -> int:
    """Add a note; its number."""
    return int(connection.execute(insert(CASE_NOTES).values(**row).returning(CASE_NOTES.c.note_id)).scalar_one())


def by_request(connection: Connection, account_id: int, request: str) -> Row[Any] | None:
    """The note a person sent with this word."""
    asked = select(CASE_NOTES).where(CASE_NOTES.c.account_id == account_id, CASE_NOTES.c.request == request)
    return connection.execute(asked).first()


def page(connection: Connection, case_id: str, after: int, limit: int) -> list[Row[Any]]:
    """Notes of a case in order, behind the one numbered `after`."""
    asked = select(CASE_NOTES).where(CASE_NOTES.c.case_id == case_id, CASE_NOTES.c.note_id > after)
    return list(connection.execute(asked.order_by(CASE_NOTES.c.note_id).limit(limit)))


def newest(connection: Connection, case_id: str, limit: int) -> list[Row[Any]]:
    """The last notes of a case, in the order they were written."""
    asked = select(CASE_NOTES).where(CASE_NOTES.c.case_id == case_id).order_by(CASE_NOTES.c.note_id.desc())
    return list(connection.execute(asked.limit(limit)))[::-1]


def count(connection: Connection, case_id: str) -> int:
    """How many notes a case has."""
    asked = select(func.count()).where(CASE_NOTES.c.case_id == case_id)
    return int(connection.execute(asked).scalar_one())
