"""A run's results in the contract's form: as pages, as CSV, as Parquet."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Connection, Row

from service.access import Principal
from service.store import run_rows, runs
from service.store.run_changes import RUN_CHANGES, Change
from service.store.run_changes import page as changes_page
from service.store.run_rows import RUN_ROWS, List
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.export.csv_safe import csv_lines
from service.work.facts.quarantined import QuarantinedRow, as_csv, quarantined
from service.work.runs import spool
from service.work.runs.errors import unknown_run
from service.work.runs.visible import visible, visible_row
from service.work.scoring.shown import no_score_near, not_near, reasons_for

if TYPE_CHECKING:
    from typing import IO

AT_ONCE: Final = 2_000
"""Rows read together for a file."""


def run_of(context: Context, who: Principal, run: int) -> Row[Any]:
    """A run somebody may see. Raises RunRefusedError where there is none."""
    with context.database.read() as connection:
        found = runs.one(connection, run, visible(who))
    if found is None:
        raise unknown_run()
    return found


def runs_page(
    context: Context, who: Principal, before: int | None, limit: int, state: str | None, run_id: str | None
) -> list[Row[Any]]:
    """Runs somebody may see, newest first, before a number."""
    conditions: list[ColumnElement[bool]] = [visible(who)]
    if state is not None:
        conditions.append(runs.RUNS.c.state == state)
    if run_id is not None:
        conditions.append(runs.RUNS.c.run_id == run_id)
    with context.database.read() as connection:
        return runs.page(connection, before, limit, *conditions)


def scores_page(
    context: Context,
    who: Principal,
    run: int,
    after: int,
    limit: int,
    on: List | None = None,
    *,
    recommendation: str | None = None,
    request_id: str | None = None,
) -> list[Row[Any]]:
    """Scored rows behind a place, in the order of the upload, of one list or recommendation where asked (see
    `run_rows.page`); none about a payment whoever asks is tied to. Logged."""
    found = run_of(context, who, run)
    with context.database.write() as connection:
        conditions = _conditions(connection, who, on)
        if recommendation is not None:
            conditions.append(RUN_ROWS.c.recommendation == recommendation)
        rows = run_rows.page(connection, run, after, limit, *conditions)
        log_look(context, connection, who, found, "run.scores_read", {"after": after, "rows": len(rows)}, request_id)
    return rows


def quarantine_page(
    context: Context, who: Principal, run: int, after: int, limit: int, *, request_id: str | None = None
) -> list[QuarantinedRow]:
    """Quarantined rows of a run behind a number, as they were sent; the look is logged (see `facts.quarantined`)."""
    found = run_of(context, who, run)
    if found.intake_id is None:
        return []
    return quarantined(
        context,
        who,
        "disbursements",
        intake_id=int(found.intake_id),
        after=after,
        limit=limit,
        request_id=request_id,
    )


def file_to_correct(context: Context, who: Principal, run: int, *, request_id: str | None = None) -> Iterator[str]:
    """CSV of the quarantined rows as they were sent, each with line, column and reason in columns intake passes over:
    the corrected file is sent as it is."""

    def rows() -> Iterator[QuarantinedRow]:
        after = 0
        while found := quarantine_page(context, who, run, after, 1000, request_id=request_id):
            yield from found
            after = found[-1].quarantine_id

    run_of(context, who, run)
    return as_csv("disbursements", rows())


def changes_of(context: Context, who: Principal, run: int, change: Change, after: int, limit: int) -> list[Row[Any]]:
    """What differs from the run before, of one kind, behind a place; nobody whoever asks is tied to."""
    run_of(context, who, run)
    with context.database.read() as connection:
        payments = (RUN_CHANGES.c.disbursement_id, RUN_CHANGES.c.before_disbursement_id)
        seen = [visible_row(who, RUN_CHANGES.c.scope_code), no_score_near(connection, who, *payments)]
        return changes_page(connection, run, change, after, limit, *seen)


def contract_row(context: Context, who: Principal, row: Row[Any]) -> dict[str, Any]:
    """A scored row in the contract's columns, texts and floats exactly as `mingbai score` writes them; whole numbers of
    people in the evidence for who sent them alone."""
    zone = dt.timezone(dt.timedelta(hours=context.policy.utc_offset_hours))
    return {
        "disbursement_id": row.disbursement_id,
        "score": row.score,
        "anomaly": row.anomaly,
        "recommendation": row.recommendation,
        "desk": row.desk,
        "typology": row.typology,
        "suspect_role": row.suspect_role,
        "reasons": reasons_for(context, who, row.reasons),
        "not_applicable": row.not_applicable_text,
        "model_version": row.model_version,
        "as_of": row.as_of.astimezone(zone).isoformat(),
    }


def scores_csv(
    context: Context, who: Principal, run: int, on: List | None = None, *, request_id: str | None = None
) -> Iterator[str]:
    """Scores as CSV in pieces: the contract's columns, cells no spreadsheet runs. Logged."""
    from models.scoring.score import SCHEMA

    _log_file(context, who, run, "csv", on, request_id)
    rows = (contract_row(context, who, row) for row in _every_row(context, who, run, on))
    return csv_lines(SCHEMA.names, (list(row.values()) for row in rows), mark=False)


def scores_parquet(
    context: Context, who: Principal, run: int, on: List | None = None, *, request_id: str | None = None
) -> IO[bytes]:
    """Scores as Parquet: an open file without a name, at its start, which is gone when it is closed. Logged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from models.scoring.score import SCHEMA

    _log_file(context, who, run, "parquet", on, request_id)
    # Evidence names people: a file without a name is reached by nobody else.
    file = tempfile.TemporaryFile(dir=spool.folder(context))  # noqa: SIM115 - handed to the caller open
    try:
        plain = pa.schema([(f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type) for f in SCHEMA])
        with pq.ParquetWriter(file, plain, compression="zstd", store_schema=False) as writer:
            held: list[dict[str, Any]] = []
            for row in _every_row(context, who, run, on):
                held.append(contract_row(context, who, row))
                if len(held) == AT_ONCE:
                    writer.write_table(pa.Table.from_pylist(held, plain))
                    held = []
            writer.write_table(pa.Table.from_pylist(held, plain))
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def log_look(
    context: Context,
    connection: Connection,
    who: Principal,
    run: Row[Any],
    action: str,
    details: dict[str, Any],
    request_id: str | None,
) -> None:
    """A line about somebody who looks at rows of a run."""
    line = Line(who.name, action, "run", str(run.run), run.division_code, None, details, request_id)
    record(context, connection, line)


def _log_file(context: Context, who: Principal, run: int, form: str, on: List | None, request_id: str | None) -> None:
    found = run_of(context, who, run)
    with context.database.write() as connection:
        log_look(context, connection, who, found, "run.scores_taken", {"form": form, "list": on or "all"}, request_id)


def _every_row(context: Context, who: Principal, run: int, on: List | None) -> Iterator[Row[Any]]:
    """All scored rows in order, in many short reads: no transaction stays open while a slow client takes its time."""
    after = 0
    while True:
        with context.database.read() as connection:
            found = run_rows.page(connection, run, after, AT_ONCE, *_conditions(connection, who, on))
        yield from found
        if len(found) < AT_ONCE:
            return
        after = int(found[-1].place)


def _conditions(connection: Connection, who: Principal, on: List | None) -> list[ColumnElement[bool]]:
    seen = [visible_row(who, RUN_ROWS.c.scope_code), not_near(connection, who)]
    return seen if on is None else [*seen, RUN_ROWS.c.list == on]
