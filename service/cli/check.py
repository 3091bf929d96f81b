"""`mingbai check`: load, validate, count."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli._console import loading, say, table, working
from service.cli._light import leave_pandas_out
from service.cli._options import HOME, Data, Home

if TYPE_CHECKING:
    from features.intake import IntakeReport


def check(
    data: Data,
    quarantine: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the rows not taken (.csv or .parquet): file, line, column, reason."),
    ] = None,
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write {table: {accepted, quarantined}} as JSON.")
    ] = None,
    home: Home = HOME,
) -> None:
    """Load and validate a folder of tables; print accepted and quarantined rows by table. 检查数据。

    A row that breaks a type, a key or an enum is set aside with file, line, column and reason; the rest is taken.
    Rows in = accepted + quarantined, always. A missing required table or column stops the load before anything is
    stored.

    \b
    Examples:
      mingbai check county/
      mingbai check county/ --quarantine bad-rows.csv --json counts.json

    Exit code 1 when nothing can be used.
    """
    leave_pandas_out()
    from service.work.errors import UnusableDataError
    from service.work.open_data import load_data
    from service.work.write_table import check_ending

    if quarantine is not None:
        check_ending(quarantine)
    with working() as step:
        report = load_data(data, home, loading(step))
    _print(report)
    if quarantine is not None:
        quarantine.parent.mkdir(parents=True, exist_ok=True)
        rows = report.write_quarantine(quarantine)
        say(f"{rows:,} quarantined rows written to {quarantine}")
    if json is not None:
        from json import dumps

        json.parent.mkdir(parents=True, exist_ok=True)
        json.write_text(dumps(report.counts(), indent=1) + "\n", encoding="utf-8")
    if report.tables["disbursements"].accepted == 0:
        raise UnusableDataError(f"{data}: no row of disbursements can be used", f"{data}：发放明细没有一行可用")


def _print(report: IntakeReport) -> None:
    rows = [
        (name, t.file, f"{t.rows_in:,}", f"{t.accepted:,}", f"{t.quarantined:,}", f"{t.repeated:,}")
        for name, t in report.tables.items()
    ]
    rows.append(("all", "", f"{report.rows_in:,}", f"{report.accepted:,}", f"{report.quarantined:,}", ""))
    table("", ("table", "file", "rows in", "accepted", "quarantined", "repeated"), rows, left=2)
    for name in report.missing_tables:
        say(f"not shared: {name}{_lost(name)}")
    for name, found in report.tables.items():
        if found.missing_columns:
            say(f"{name}: without {', '.join(found.missing_columns)}")
        if found.ignored_columns:
            say(f"{name}: columns the contract does not know are left out: {', '.join(found.ignored_columns)}")
        for note in found.notes:
            say(f"{name}: {note}")
    if report.ignored_files:
        say(f"no table of the contract, left alone: {', '.join(report.ignored_files)}")


def _lost(name: str) -> str:
    from features.contract import TABLES

    return f" (lost: {TABLES[name].lost_without})" if TABLES[name].lost_without else ""
