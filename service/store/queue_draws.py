"""What each refresh offered and by what chance (`models.scoring.draws`): a later training divides by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Double, Row, Table, Text, func, select

from service.store._columns import METADATA
from service.store._new_rows import add_new

QUEUE_DRAWS = Table(
    "queue_draws",
    METADATA,
    Column("queue_at", BigInteger, primary_key=True, autoincrement=False),  # microseconds UTC
    Column("disbursement_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("offered_as", Text, nullable=False),
    Column("propensity", Double, nullable=False),
    Column("frame", BigInteger, nullable=False),
)


def keep(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep one refresh's draws; kept again they stay as they are."""
    add_new(connection, QUEUE_DRAWS, rows)


def every(connection: Connection) -> list[Row[Any]]:
    """All draws, the earliest refresh first."""
    return list(connection.execute(select(QUEUE_DRAWS).order_by(QUEUE_DRAWS.c.queue_at, QUEUE_DRAWS.c.disbursement_id)))


QUEUE_REFRESHES = Table(
    "queue_refreshes",
    METADATA,
    # A refresh that is begun again after it was kept finds itself here and does nothing.
    Column("queue_at", BigInteger, primary_key=True, autoincrement=False),  # microseconds UTC
    Column("opened", BigInteger, nullable=False),
    Column("continued", BigInteger, nullable=False),
    Column("quietened", BigInteger, nullable=False),
)


def refreshed(connection: Connection, queue_at: int) -> bool:
    """Whether the queue of a moment is kept."""
    asked = select(QUEUE_REFRESHES.c.queue_at).where(QUEUE_REFRESHES.c.queue_at == queue_at)
    return connection.execute(asked).first() is not None


def keep_refresh(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep that the queue of a moment was made."""
    add_new(connection, QUEUE_REFRESHES, [row])


def last_refresh(connection: Connection) -> int | None:
    """Of which moment the newest queue is, microseconds UTC; None where none was made."""
    found = connection.execute(select(func.max(QUEUE_REFRESHES.c.queue_at))).scalar_one()
    return None if found is None else int(found)
