"""Sessions: who is signed in. Only a hash of the token is kept, so that a copy of the database opens nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Row,
    Table,
    Text,
    and_,
    insert,
    select,
    update,
)

from service.store._columns import METADATA, Document, Moment, Number

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("session_id", Number, primary_key=True),
    Column("token_hash", Text, nullable=False),  # SHA-256 of 256 random bits
    Column("method", Text, nullable=False),  # password, oidc, recipient
    # Of staff: roles and divisions are read from the account at every request.
    Column("account_id", Number),
    # Of a recipient, who has no account: what the log calls them, whose payments they see, and where they live.
    Column("name", Text),
    Column("person", Text),
    Column("divisions", Document, nullable=False, default=list),
    Column("opened_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ended_why", Text),
    Index("uq_sessions_token_hash", "token_hash", unique=True),
    Index("ix_sessions_account_id", "account_id"),
    Index("ix_sessions_person", "person"),
    Index("ix_sessions_ends_at", "ends_at"),
)


def add(connection: Connection, **values: Any) -> None:
    """Add a session."""
    connection.execute(insert(SESSIONS).values(**values))


def by_hash(connection: Connection, token_hash: str) -> Row[Any] | None:
    """The session of a token's hash, also one that has ended."""
    return connection.execute(select(SESSIONS).where(SESSIONS.c.token_hash == token_hash)).first()


def see(connection: Connection, session_id: int, at: dt.datetime) -> None:
    """Note that a session was used."""
    connection.execute(update(SESSIONS).where(SESSIONS.c.session_id == session_id).values(seen_at=at))


def of_account(connection: Connection, account_id: int, now: dt.datetime, idle_since: dt.datetime) -> list[Row[Any]]:
    """An account's sessions that still hold, newest first."""
    holds = (SESSIONS.c.ended_at.is_(None), SESSIONS.c.ends_at > now, SESSIONS.c.seen_at > idle_since)
    asked = select(SESSIONS).where(SESSIONS.c.account_id == account_id, *holds)
    return list(connection.execute(asked.order_by(SESSIONS.c.session_id.desc())).all())


def end(connection: Connection, token_hash: str, at: dt.datetime, why: str) -> bool:
    """End one session; False when it had ended."""
    return _end(connection, SESSIONS.c.token_hash == token_hash, at, why) == 1


def end_all(
    connection: Connection, at: dt.datetime, why: str, *, account_id: int | None = None, person: str | None = None
) -> int:
    """End every session of an account, or of a recipient's keyed hash; how many had not run out."""
    if account_id is None and person is None:
        raise ValueError("found neither an account nor a person, expected one of them")
    whose = SESSIONS.c.account_id == account_id if account_id is not None else SESSIONS.c.person == person
    return _end(connection, and_(whose, SESSIONS.c.ends_at > at), at, why)


def _end(connection: Connection, condition: ColumnElement[bool], at: dt.datetime, why: str) -> int:
    done = connection.execute(
        update(SESSIONS).where(condition, SESSIONS.c.ended_at.is_(None)).values(ended_at=at, ended_why=why)
    )
    return int(done.rowcount)
