"""Rows that were not taken, with why: kept sealed, to be corrected and sent again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    RowMapping,
    Table,
    Text,
    delete,
    insert,
    select,
)

from service.store._columns import METADATA, Moment, Number, Sealed

QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("quarantine_id", Number, primary_key=True),
    Column("intake_id", Number, nullable=False),
    Column("table_name", Text, nullable=False),
    Column("sent_by", Text, nullable=False),
    # Physical line of a CSV where the record starts, line of JSON lines, row of a Parquet file, from 1.
    Column("line", Number, nullable=False),
    Column("column_name", Text, nullable=False),
    # Begins with its code: bad_type, bad_enum, missing, duplicate_key, bad_encoding, bad_fields.
    Column("reason", Text, nullable=False),
    Column("reason_zh", Text, nullable=False),
    Column("found", Text, nullable=False),
    Column("expected", Text, nullable=False),
    Column("expected_zh", Text, nullable=False),
    # JSON of column to text as it was sent (or the bare line under "").
    Column("row_sent", Sealed, nullable=False),
    # Where the row says it belongs, if that can be read.
    Column("division_code", Text),
    Column("at", Moment, nullable=False),
    Index("ix_quarantine_intake_id_quarantine_id", "intake_id", "quarantine_id"),
    Index("ix_quarantine_table_name_quarantine_id", "table_name", "quarantine_id"),
)


def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows, every column but `quarantine_id`."""
    if rows:
        connection.execute(insert(QUARANTINE), list(rows))


def forget(connection: Connection, intake_id: int) -> None:
    """Drop the rows of a delivery that is taken once more from its beginning."""
    connection.execute(delete(QUARANTINE).where(QUARANTINE.c.intake_id == intake_id))


def page(connection: Connection, after: int, limit: int, *conditions: ColumnElement[bool]) -> Sequence[RowMapping]:
    """Rows behind a number, in order, as far as the conditions let them through."""
    asked = select(QUARANTINE).where(QUARANTINE.c.quarantine_id > after, *conditions)
    return connection.execute(asked.order_by(QUARANTINE.c.quarantine_id).limit(limit)).mappings().all()
