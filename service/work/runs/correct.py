"""The quarantined rows of a run as a file to correct and send again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Row

from features.contract import TABLES
from service.access import Principal
from service.sealing.column import open_document
from service.store.run_quarantine import RUN_QUARANTINE
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.export.csv_safe import csv_lines
from service.work.runs.results import quarantine_page, run_of

AT_ONCE: Final = 1_000

NOTES: Final = ("quarantine_line", "quarantine_column", "quarantine_reason", "quarantine_reason_zh", "row_as_sent")
"""Columns after those of the contract. Intake passes over them, so that the corrected file is sent as it is."""


def file_to_correct(context: Context, who: Principal, run: int, *, request_id: str | None = None) -> Iterator[str]:
    """CSV of the rows as they were sent, each with line, column and reason; a row whose fields could not be told apart
    stands in `row_as_sent`. It shows whole numbers of people to whoever sent them, so it is logged.

    Raises RunRefusedError where there is no such run.
    """
    found = run_of(context, who, run)
    with context.database.write() as connection:
        details = {"rows": int(found.rows_quarantined)}
        line = Line(who.name, "run.quarantine_taken", "run", str(run), found.division_code, None, details, request_id)
        record(context, connection, line)
    columns = [column.name for column in TABLES["disbursements"].columns]
    return csv_lines(
        [*columns, *NOTES], (_cells(context, row, columns) for row in _rows(context, who, run)), mark=False
    )


def _rows(context: Context, who: Principal, run: int) -> Iterator[Row[Any]]:
    after = 0
    while found := quarantine_page(context, who, run, after, AT_ONCE):
        yield from found
        after = int(found[-1].number)


def _cells(context: Context, row: Row[Any], columns: list[str]) -> list[str]:
    sent: dict[str, str] = open_document(context.seal, RUN_QUARANTINE.c.row, row.row) or {}
    notes = [str(row.line), row.column, row.reason, row.reason_zh, sent.get("", "")]
    return [*(sent.get(name) or "" for name in columns), *notes]
