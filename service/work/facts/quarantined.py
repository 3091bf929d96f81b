"""Rows that were not taken, read by those who sent them or answer for their division."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_

from service.access import Principal
from service.access.scope import within
from service.sealing.column import open_document
from service.store import quarantine
from service.store.quarantine import QUARANTINE
from service.work.audit.record import Line, record
from service.work.export.csv_safe import csv_lines

if TYPE_CHECKING:
    from service.work.context import Context


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """One row with why it was not taken. `sent` is what was sent, column to text: personal data."""

    quarantine_id: int
    intake_id: int
    line: int
    column: str
    reason: str
    reason_zh: str
    found: str
    expected: str
    expected_zh: str
    sent: dict[str, str]


def quarantined(
    context: Context,
    who: Principal,
    table: str,
    *,
    intake_id: int | None = None,
    after: int = 0,
    limit: int = 1000,
    request_id: str | None = None,
) -> list[QuarantinedRow]:
    """Rows of a table that were not taken, behind a number, in order; of one delivery where it is given.

    A principal sees what it sent itself and what says to belong in its divisions. The look is logged: rows are given
    as they were sent, to be corrected and sent again.
    """
    own = or_(QUARANTINE.c.sent_by == who.name, within(who, QUARANTINE.c.division_code))
    conditions = [QUARANTINE.c.table_name == table, own]
    if intake_id is not None:
        conditions.append(QUARANTINE.c.intake_id == intake_id)
    with context.database.write() as connection:
        rows = quarantine.page(connection, after, limit, *conditions)
        if rows:
            about = str(intake_id) if intake_id is not None else table
            kind = "intake" if intake_id is not None else "table"
            details = {"table": table, "rows": len(rows), "after": after}
            line = Line(who.name, "quarantine.read", kind, about, details=details, request_id=request_id)
            record(context, connection, line)
    return [
        QuarantinedRow(
            quarantine_id=int(row["quarantine_id"]),
            intake_id=int(row["intake_id"]),
            line=int(row["line"]),
            column=str(row["column_name"]),
            reason=str(row["reason"]),
            reason_zh=str(row["reason_zh"]),
            found=str(row["found"]),
            expected=str(row["expected"]),
            expected_zh=str(row["expected_zh"]),
            sent=open_document(context.seal, QUARANTINE.c.row_sent, row["row_sent"]),
        )
        for row in rows
    ]


def as_csv(table: str, rows: Iterable[QuarantinedRow]) -> Iterator[str]:
    """The rows as a CSV file: first the contract's columns as they were sent, then why. Columns that begin with
    `quarantine_` are not of the contract and may be left in when the file is sent again."""
    from features.contract import TABLES

    names = [column.name for column in TABLES[table].columns]
    why = ("line", "column", "reason", "expected", "reason_zh", "expected_zh")
    header = [*names, "quarantine_row", *(f"quarantine_{name}" for name in why)]

    def cells() -> Iterator[list[str | int]]:
        for row in rows:
            # A row whose fields could not be told apart stands whole in a column of its own.
            yield [
                *(row.sent.get(name, "") for name in names),
                row.sent.get("", ""),
                *(getattr(row, name) for name in why),
            ]

    yield from csv_lines(header, cells())
