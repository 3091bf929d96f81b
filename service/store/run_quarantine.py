"""Rows of payment runs that could not be taken, each with line, column and reason, and sealed as it was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Index, Row, Table, Text, insert, select

from service.store._columns import METADATA, Number, Sealed

RUN_QUARANTINE = Table(
    "run_quarantine",
    METADATA,
    Column("number", Number, primary_key=True),
    Column("run", Number, nullable=False),
    # Line of the upload (CSV) or row from 1 (Parquet), as in `mingbai check`.
    Column("line", Number, nullable=False),
    Column("column", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("reason_zh", Text, nullable=False),
    # Masked where it may be personal.
    Column("found", Text, nullable=False),
    Column("expected", Text, nullable=False),
    Column("expected_zh", Text, nullable=False),
    # The row as it was sent, texts by column; under the empty name the line itself where fields cannot be told apart.
    Column("row", Sealed),
    Index("ix_run_quarantine_run_number", "run", "number"),
)


def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows."""
    if rows:
        connection.execute(insert(RUN_QUARANTINE), rows)


def page(connection: Connection, run: int, after: int, limit: int) -> list[Row[Any]]:
    """Quarantined rows of a run behind a number, in the order they were found."""
    asked = select(RUN_QUARANTINE).where(RUN_QUARANTINE.c.run == run, RUN_QUARANTINE.c.number > after)
    return list(connection.execute(asked.order_by(RUN_QUARANTINE.c.number).limit(limit)))
