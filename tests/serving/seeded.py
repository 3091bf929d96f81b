"""Rows for any table of the service, made from its columns: what tests use that walk all tables or all routes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    insert,
    text,
)
from sqlalchemy.types import TypeDecorator

from service.sealing import Seal
from service.store import Database, every_table
from service.store._columns import Moment

AT = dt.datetime(2019, 6, 30, tzinfo=dt.UTC)

WORDS = {
    "desk": "discipline",
    "hub_kind": "official",
    "suspect_role": "official",
    "selected_by": "score",
    "typology": "T22",
    "recommendation": "verify",
    "cases.state": "new",
    "runs.state": "scored",
    "match_runs.state": "done",
    "match_runs.why": "night",
    "match_rows.found": "unsure",
    "match_rows.decision": "unsure",
    "match_answers.answer": "same",
    "runs.form": "csv",
    "run_rows.list": "verify",
    "reports.state": "received",
    "reports.kind": "other",
    "verifications.state": "waiting",
    "verifications.decided_how": "person",
    "webhook_subscriptions.state": "active",
    "quarantine.table_name": "disbursements",
}
"""Columns whose text is one of a few words, by their name or by table and name: answers are typed, and would be refused
with anything else."""


_LIKE_DIGITS = str.maketrans("ILOU", "1107")


def case_number(number: int, mark: str) -> str:
    """The number of a case in the form that routes take: without letters that look like digits."""
    return f"C{mark.upper().translate(_LIKE_DIGITS):0<7}{number:03d}"[:11]


def divided_tables() -> list[Table]:
    """Every table with rows somebody reads in a scope: those with a `division_code`, but for the tree itself."""
    tables = every_table().sorted_tables
    return [table for table in tables if "division_code" in table.c and table.name != "division_paths"]


def row_of(table: Table, number: int, division_code: str | None, mark: str, seal: Seal) -> dict[str, Any]:
    """A row whose texts begin with `mark`; the same number gives the same keys in every table, so that rows of one
    thing lie in several tables."""
    row = {column.name: _value(table, column, number, mark, seal) for column in table.columns}
    return {**row, "division_code": division_code}


def put(connection: Connection, database: Database, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows, whatever they refer to, in the caller's transaction (on SQLite: one that `lenient` began)."""
    if database.kind == "postgresql":
        connection.execute(text("set local session_replication_role = replica"))
    connection.execute(insert(table), list(rows))


def lenient(connection: Connection, database: Database) -> None:
    """Let references lead nowhere on this connection; to be called before a transaction begins."""
    if database.kind == "sqlite":
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")


def _value(table: Table, column: Column[Any], number: int, mark: str, seal: Seal) -> Any:
    word = WORDS.get(f"{table.name}.{column.name}", WORDS.get(column.name))
    if word is not None:
        return word
    if column.name == "case_id":
        return case_number(number, mark)
    kind = column.type
    if isinstance(kind, Moment):
        return None if column.nullable and column.name.startswith(("ended", "done", "released")) else AT
    if isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    if isinstance(kind, Date):
        return AT.date()
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, Integer):
        return number
    if isinstance(kind, Float):
        return 0.5
    if isinstance(kind, JSON):
        if column.nullable:
            return None
        return [] if column.name.endswith("s") and column.name not in ("details", "arguments") else {}
    about = f"{table.name}.{column.name}".encode()
    if about == b"match_rows.details":
        told = {"fields": {"name": [f"{mark}-name", f"{mark}-name", None, None]}, "agreement": {}}
        return seal.seal(json.dumps(told).encode(), about)
    if isinstance(kind, LargeBinary):
        # A text, and also a document, whichever the column holds.
        return seal.seal(json.dumps({"x": f"{mark}-{column.name}-{number}"}).encode(), about)
    if not isinstance(kind, String):
        raise TypeError(f"{table.name}.{column.name}: no value is made for a column of the type {kind}")
    return f"{mark}-{column.name}-{number}"
