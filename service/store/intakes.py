"""Deliveries of rows: who sent what, when, and what became of the rows. Rows in = accepted + quarantined, always."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Index,
    Integer,
    RowMapping,
    Table,
    Text,
    insert,
    select,
    update,
)

from service.store._columns import METADATA, Moment, Number

INTAKES = Table(
    "intakes",
    METADATA,
    Column("intake_id", Number, primary_key=True),
    Column("table_name", Text, nullable=False),
    Column("sent_by", Text, nullable=False),
    # Keyed hash of the Idempotency-Key, which is the sender's own text.
    Column("idempotency_key", Text),
    # Hash of the bytes sent: the same key with other bytes is refused.
    Column("content_hash", Text, nullable=False),
    # taking: rows are being taken, or whoever took them died; taken: done.
    Column("state", Text, nullable=False),
    Column("rows_in", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    # Of the accepted rows: on record before; later versions of what was.
    Column("repeated", Integer, nullable=False),
    Column("versions", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    # Names of columns the contract does not know, joined by a comma; their content was left out.
    Column("ignored_columns", Text, nullable=False),
    Column("first_seq", Number),
    Column("last_seq", Number),
    Column("begun_at", Moment, nullable=False),
    # Moved on with every batch: a delivery not touched for long was broken off.
    Column("touched_at", Moment, nullable=False),
    Column("done_at", Moment),
    CheckConstraint("rows_in = accepted + quarantined", name="conserved"),
    Index("uq_intakes_sent_by_idempotency_key", "sent_by", "idempotency_key", unique=True),
)


def begin(connection: Connection, **values: Any) -> int:
    """Add a delivery that is being taken and return its number."""
    counts = {"rows_in": 0, "accepted": 0, "repeated": 0, "versions": 0, "quarantined": 0, "ignored_columns": ""}
    made = connection.execute(insert(INTAKES).values(state="taking", **counts, **values))
    number = made.inserted_primary_key
    return int(number[0]) if number else 0


def count(
    connection: Connection, intake_id: int, more: Mapping[str, int], seq: int | None, touched_at: dt.datetime
) -> None:
    """Add to the counts of a delivery what one batch brought."""
    changes: dict[str, Any] = {name: INTAKES.c[name] + number for name, number in more.items()}
    changes["touched_at"] = touched_at
    if seq is not None:
        changes["last_seq"] = seq
        first = select(INTAKES.c.first_seq).where(INTAKES.c.intake_id == intake_id)
        if connection.execute(first).scalar_one() is None:
            changes["first_seq"] = seq
    connection.execute(update(INTAKES).where(INTAKES.c.intake_id == intake_id).values(**changes))


def restart(connection: Connection, intake_id: int, begun_at: dt.datetime) -> None:
    """Count anew a delivery whose taking broke off: what it had brought counts as repeated now."""
    counts = {"rows_in": 0, "accepted": 0, "repeated": 0, "versions": 0, "quarantined": 0}
    connection.execute(
        update(INTAKES).where(INTAKES.c.intake_id == intake_id).values(begun_at=begun_at, touched_at=begun_at, **counts)
    )


def finish(connection: Connection, intake_id: int, ignored: str, done_at: dt.datetime) -> None:
    """Mark a delivery taken."""
    values = {"state": "taken", "ignored_columns": ignored, "done_at": done_at}
    connection.execute(update(INTAKES).where(INTAKES.c.intake_id == intake_id).values(**values))


def named(connection: Connection, sent_by: str, idempotency_key: str) -> RowMapping | None:
    """The delivery somebody sent under an idempotency key."""
    asked = select(INTAKES).where(INTAKES.c.sent_by == sent_by, INTAKES.c.idempotency_key == idempotency_key)
    return connection.execute(asked).mappings().first()


def one(connection: Connection, intake_id: int) -> RowMapping | None:
    """A delivery by its number."""
    return connection.execute(select(INTAKES).where(INTAKES.c.intake_id == intake_id)).mappings().first()
