"""Payments that were taken and could not be scored at once: they are scored as soon as the history holds them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import Column, Connection, Table, Text, delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from service.store._columns import METADATA, Moment

AWAITING = Table(
    "awaiting_scores",
    METADATA,
    Column("disbursement_id", Text, primary_key=True),
    # late: submitted before payments that are on record; new_column: it brings a column the history did not have.
    Column("why", Text, nullable=False),
    Column("at", Moment, nullable=False),
)


def add(connection: Connection, ids: Iterable[str], why: str, at: dt.datetime) -> None:
    """Note payments; one that waits already stays as it is."""
    rows = [{"disbursement_id": one, "why": why, "at": at} for one in ids]
    if rows:
        made = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
        connection.execute(made(AWAITING).on_conflict_do_nothing(), rows)


def waiting(connection: Connection, limit: int) -> list[str]:
    """Numbers of payments that wait, longest first."""
    asked = select(AWAITING.c.disbursement_id).order_by(AWAITING.c.at, AWAITING.c.disbursement_id).limit(limit)
    return [str(one) for one in connection.execute(asked).scalars()]


def is_waiting(connection: Connection, disbursement_id: str) -> bool:
    """Whether a payment waits."""
    asked = select(AWAITING.c.disbursement_id).where(AWAITING.c.disbursement_id == disbursement_id)
    return connection.execute(asked).first() is not None


def done(connection: Connection, ids: Sequence[str]) -> None:
    """Take payments off the list."""
    if ids:
        connection.execute(delete(AWAITING).where(AWAITING.c.disbursement_id.in_(list(ids))))
