"""Who had which case, from when to when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Table, Text, func, insert, literal, select, update

from service.store._columns import METADATA, Moment, Number
from service.store.cases import CASES

ASSIGNMENTS = Table(
    "assignments",
    METADATA,
    Column("assignment_id", Number, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.case_id"), nullable=False),
    Column("account_id", Number, nullable=False),
    Column("desk", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by_whom", Text, nullable=False),
    Column("ended_at", Moment),
    Index("ix_assignments_case_id", "case_id"),
    Index("ix_assignments_desk", "desk", "at"),
)


def begin(connection: Connection, case_id: str, account_id: int, desk: str, at: dt.datetime, by: str) -> None:
    """A case goes to somebody; whoever had it no longer does."""
    end(connection, case_id, at)
    row: dict[str, Any] = {"case_id": case_id, "account_id": account_id, "desk": desk, "at": at, "by_whom": by}
    connection.execute(insert(ASSIGNMENTS).values(**row))


def end(connection: Connection, case_id: str, at: dt.datetime) -> None:
    """Nobody has the case any more."""
    connection.execute(
        update(ASSIGNMENTS)
        .where(ASSIGNMENTS.c.case_id == case_id, ASSIGNMENTS.c.ended_at.is_(None))
        .values(ended_at=at)
    )


def taken_up(connection: Connection, since: dt.datetime) -> dict[str, int]:
    """How many different cases of each desk were given to somebody since a moment."""
    asked = select(ASSIGNMENTS.c.desk, func.count(ASSIGNMENTS.c.case_id.distinct())).where(ASSIGNMENTS.c.at > since)
    return {str(desk): int(n) for desk, n in connection.execute(asked.group_by(ASSIGNMENTS.c.desk))}


def loads(connection: Connection) -> dict[int, int]:
    """How many open cases each account has."""
    asked = select(CASES.c.assignee_id, func.count()).where(
        CASES.c.is_open == literal(True), CASES.c.assignee_id.is_not(None)
    )
    return {int(who): int(n) for who, n in connection.execute(asked.group_by(CASES.c.assignee_id))}


def loads_of(connection: Connection, account_ids: Sequence[int]) -> dict[int, int]:
    """How many open cases each of some accounts has; those without one are left out."""
    asked = select(CASES.c.assignee_id, func.count()).where(
        CASES.c.assignee_id.in_(list(account_ids)), CASES.c.is_open == literal(True)
    )
    return {int(who): int(n) for who, n in connection.execute(asked.group_by(CASES.c.assignee_id))}


def load_of(connection: Connection, account_id: int) -> int:
    """How many open cases an account has."""
    asked = select(func.count()).where(CASES.c.assignee_id == account_id, CASES.c.is_open == literal(True))
    return int(connection.execute(asked).scalar_one())
