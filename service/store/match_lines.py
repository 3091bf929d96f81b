"""Decision lines of matching that people set for this deployment; the newest stands, and without one the policy's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Double, Row, Table, Text, insert, select

from service.store._columns import METADATA, Document, Moment, Number

MATCH_LINES = Table(
    "match_lines",
    METADATA,
    Column("line_id", Number, primary_key=True),
    Column("same_probability", Double, nullable=False),
    Column("none_probability", Double, nullable=False),
    # What the review said when they were set, as JSON: shares with their intervals, in ten thousandths.
    Column("told", Document, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines as they were set."""

    line_id: int
    same_probability: float
    none_probability: float
    told: dict[str, Any]
    set_by: str
    set_at: dt.datetime


def add(
    connection: Connection, same: float, none: float, told: dict[str, Any], set_by: str, set_at: dt.datetime
) -> int:
    """Set lines; their number."""
    values = {"same_probability": same, "none_probability": none, "told": told, "set_by": set_by, "set_at": set_at}
    key = connection.execute(insert(MATCH_LINES).values(**values)).inserted_primary_key
    assert key is not None  # noqa: S101 - one row was inserted
    return int(key[0])


def newest(connection: Connection) -> Lines | None:
    """The lines that stand; None where nobody set any."""
    found = recent(connection, 1)
    return found[0] if found else None


def recent(connection: Connection, limit: int) -> list[Lines]:
    """Lines, newest first."""
    asked = select(MATCH_LINES).order_by(MATCH_LINES.c.line_id.desc()).limit(limit)
    return [_lines(row) for row in connection.execute(asked)]


def _lines(row: Row[Any]) -> Lines:
    return Lines(
        int(row.line_id), float(row.same_probability), float(row.none_probability), dict(row.told), str(row.set_by),
        row.set_at,
    )  # fmt: skip
