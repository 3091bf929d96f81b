"""Changes of access that wait for a second administrator."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Index, Row, Table, Text, and_, insert, select, update

from service.store._columns import METADATA, Document, Moment, Number, Sealed

ACCESS_REQUESTS = Table(
    "access_requests",
    METADATA,
    Column("request_id", Number, primary_key=True),
    Column("account_id", Number, nullable=False),
    Column("roles", Document, nullable=False),
    Column("divisions", Document, nullable=False),
    Column("desks", Document, nullable=False),
    Column("reason", Sealed, nullable=False),
    Column("asked_by", Number, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("state", Text, nullable=False),  # waiting, granted, refused, replaced
    Column("decided_by", Number),
    Column("decided_at", Moment),
    Index("ix_access_requests_state", "state"),
    Index("ix_access_requests_account_id", "account_id"),
)


def add(connection: Connection, **values: Any) -> int:
    """Add a request; its number. Older ones that wait for the same account are replaced by it."""
    same = (ACCESS_REQUESTS.c.account_id == values["account_id"], ACCESS_REQUESTS.c.state == "waiting")
    connection.execute(update(ACCESS_REQUESTS).where(*same).values(state="replaced", decided_at=values["asked_at"]))
    made = connection.execute(
        insert(ACCESS_REQUESTS).values(**values, state="waiting").returning(ACCESS_REQUESTS.c.request_id)
    )
    return int(made.scalar_one())


def by_number(connection: Connection, request_id: int) -> Row[Any] | None:
    """The request of a number."""
    return connection.execute(select(ACCESS_REQUESTS).where(ACCESS_REQUESTS.c.request_id == request_id)).first()


def waits(at: dt.datetime) -> ColumnElement[bool]:
    """The condition that a request waits for somebody and has not run out."""
    return and_(ACCESS_REQUESTS.c.state == "waiting", ACCESS_REQUESTS.c.ends_at > at)


def decide(connection: Connection, request_id: int, state: str, by: int, at: dt.datetime) -> bool:
    """Decide a request that waits and has not run out; False when somebody else did meanwhile."""
    this = and_(ACCESS_REQUESTS.c.request_id == request_id, waits(at))
    done = connection.execute(update(ACCESS_REQUESTS).where(this).values(state=state, decided_by=by, decided_at=at))
    return done.rowcount == 1


def page(connection: Connection, condition: ColumnElement[bool], after: int, limit: int) -> list[Row[Any]]:
    """At most `limit` requests that meet a condition, by number, beyond `after`."""
    asked = select(ACCESS_REQUESTS).where(ACCESS_REQUESTS.c.request_id > after, condition)
    return list(connection.execute(asked.order_by(ACCESS_REQUESTS.c.request_id).limit(limit)).all())
