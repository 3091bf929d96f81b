"""Notices to recipients: what is to be told, once each, and what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Row, Table, Text, insert, select, update

from service.store._columns import METADATA, Moment, Number, Sealed

NOTICES = Table(
    "recipient_notices",
    METADATA,
    Column("notice", Number, primary_key=True),
    # payment:<disbursement>:<when>, code:<number>, report:<number>:<when>: the same thing is told once.
    Column("about", Text, nullable=False),
    Column("kind", Text, nullable=False),  # payment, code, report
    Column("person", Text, nullable=False),
    Column("disbursement_id", Text),
    Column("content", Sealed),  # made when it is sent; of a code when it is asked for
    Column("made_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("state", Text, nullable=False),  # waiting, sent, unreachable, failed
    Column("attempts", Integer, nullable=False),
    Column("sent_at", Moment),
    Column("channel", Text),
    Index("uq_recipient_notices_about", "about", unique=True),
    Index("ix_recipient_notices_state_due_at", "state", "due_at"),
    Index("ix_recipient_notices_person", "person"),
)


def add(connection: Connection, rows: Sequence[dict[str, Any]]) -> int:
    """Add notices whose `about` is not there yet; how many."""
    wanted = {row["about"]: row for row in rows}
    names = sorted(wanted)
    added = 0
    for start in range(0, len(names), 1_000):
        part = names[start : start + 1_000]
        asked = select(NOTICES.c.about).where(NOTICES.c.about.in_(part))
        there = set(connection.execute(asked).scalars())
        fresh = [{**wanted[name], "state": "waiting", "attempts": 0} for name in part if name not in there]
        if fresh:
            connection.execute(insert(NOTICES), fresh)
        added += len(fresh)
    return added


def waiting(connection: Connection, now: dt.datetime, at_most: int) -> list[Row[Any]]:
    """Notices that are due, oldest first."""
    asked = select(NOTICES).where(NOTICES.c.state == "waiting", NOTICES.c.due_at <= now)
    asked = asked.order_by(NOTICES.c.due_at, NOTICES.c.notice).limit(at_most)
    return list(connection.execute(asked.with_for_update(skip_locked=True)))


def settle(connection: Connection, notice: int, **values: Any) -> None:
    """Note what became of a notice."""
    connection.execute(update(NOTICES).where(NOTICES.c.notice == notice).values(**values))


def of_person(connection: Connection, person: str, kind: str | None = None) -> list[Row[Any]]:
    """What was told to a person, newest first."""
    asked = select(NOTICES).where(NOTICES.c.person == person).order_by(NOTICES.c.notice.desc()).limit(200)
    return list(connection.execute(asked if kind is None else asked.where(NOTICES.c.kind == kind)))
