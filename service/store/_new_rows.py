"""Rows that are added only where their key is not there yet, on both kinds of database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert


def add_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Add the rows whose key (any unique one) is not there yet; how many."""
    if not rows:
        return 0
    made = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    # Drivers do not agree on counting rows of a batch: the rows themselves are counted.
    added = made(table).on_conflict_do_nothing().returning(next(iter(table.primary_key)))
    return len(connection.execute(added, list(rows)).all())
