"""Failed sign-ins, counted by name and by address, and until when each has to wait.

Names and addresses are kept as keyed hashes: what people type into a field for names may be a password or a number.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Row, Table, Text, delete, insert, select, update

from service.store._columns import METADATA, Moment

SIGN_IN_ATTEMPTS = Table(
    "sign_in_attempts",
    METADATA,
    Column("subject", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("wait_until", Moment),
    Index("ix_sign_in_attempts_last_at", "last_at"),
)


def of(connection: Connection, subject: str) -> Row[Any] | None:
    """What is counted of a subject; the row stays the caller's until the end of the transaction."""
    asked = select(SIGN_IN_ATTEMPTS).where(SIGN_IN_ATTEMPTS.c.subject == subject).with_for_update()
    return connection.execute(asked).first()


def keep(
    connection: Connection, subject: str, failures: int, at: dt.datetime, wait_until: dt.datetime | None, *, new: bool
) -> None:
    """Write what is counted of a subject."""
    values = {"failures": failures, "last_at": at, "wait_until": wait_until}
    if new:
        connection.execute(insert(SIGN_IN_ATTEMPTS).values(subject=subject, **values))
    else:
        connection.execute(update(SIGN_IN_ATTEMPTS).where(SIGN_IN_ATTEMPTS.c.subject == subject).values(**values))


def clear(connection: Connection, subject: str) -> None:
    """Forget what is counted of a subject."""
    connection.execute(delete(SIGN_IN_ATTEMPTS).where(SIGN_IN_ATTEMPTS.c.subject == subject))
