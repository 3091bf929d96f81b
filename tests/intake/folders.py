"""Small folders of tables for the tests of intake."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from features.contract import TABLES
from features.intake import IntakeReport

NOTICE = {"application_id": "A1", "posted_from": "2019-01-02", "posted_to": "2019-01-09", "amount": "12.50"}
PERSON = dict(TABLES["persons"].good_rows[0])
PAYMENT = dict(TABLES["disbursements"].good_rows[0])


def csv_text(rows: Iterable[Mapping[str, str]], columns: Iterable[str] | None = None, end: str = "\n") -> str:
    """Rows as CSV; the columns are those of the first row unless given, `end` ends a line."""
    rows = list(rows)
    names = list(columns) if columns is not None else list(rows[0])
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator=end, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def required(folder: Path) -> Path:
    """A folder with the required tables, one good row each or more."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in TABLES.values():
        if table.required:
            names = [c.name for c in table.columns]
            (folder / f"{table.name}.csv").write_text(csv_text(table.good_rows, names), encoding="utf-8")
    return folder


def with_table(folder: Path, table: str, content: str | bytes | pa.Table) -> Path:
    """The required tables and one table with the given content (text or bytes: CSV, an Arrow table: Parquet)."""
    required(folder)
    for old in folder.glob(f"{table}.*"):
        old.unlink()
    if isinstance(content, pa.Table):
        pq.write_table(content, folder / f"{table}.parquet")
    else:
        data = content.encode() if isinstance(content, str) else content
        (folder / f"{table}.csv").write_bytes(data)
    return folder


def stored(report: IntakeReport, table: str) -> pa.Table:
    """What the store holds of a table."""
    return pq.read_table(report.store / f"{table}.parquet")


def refusals(report: IntakeReport, table: str) -> list[tuple[int, str, str]]:
    """Line, column and code of the refused rows of a table."""
    return [(row.line, row.column, row.code) for row in report.quarantine() if row.table == table]
