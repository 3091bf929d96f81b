"""Put the rows of a run on record, piece by piece: taken among the facts or quarantined, none lost and none twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, cast

from features.intake._parquet_bounds import UnboundedError
from features.intake.errors import IntakeError
from features.intake.stream import CheckedFile, CheckedRows, Form
from service.clock import micros
from service.store import intakes, quarantine, run_rows, runs
from service.work.facts.accept import accept
from service.work.facts.hashes import Hashes, hashes_of
from service.work.facts.refused import conflicting, refused_rows
from service.work.facts.take_rows import take_rows
from service.work.runs import spool
from service.work.runs.rows_of_run import PAYMENTS, Divisions, first_of, kept_rows, not_in_future, not_of_others, of_run
from service.work.runs.steps import begin_step
from service.work.runs.told import row_of

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from service.work.context import Context
    from service.work.jobs import Hold

PIECE: Final = 5_000
"""Rows in one transaction: others that write wait no longer than these take."""


FUTURE: Final = dt.timedelta(days=1)
"""A row that says it was submitted later than this from now is a slip of the pen and no payment to wait for."""

TOLD_OTHERWISE: Final = {
    "code": "run-told-otherwise",
    "en": "The run_id is on record with other funds or dates; what was on record stays.",
    "zh": "该 run_id 已有记录且内容不同，以原记录为准。",
}


class UnreadableError(Exception):
    """The upload cannot be read as a table of payments; texts say what was found and what is expected."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__("unreadable")
        self.english, self.chinese = english, chinese


def read_upload(context: Context, run: Row[Any], hold: Hold) -> None:
    """Read an upload from the first piece that is not on record. Raises UnreadableError, StoppedError, Lost."""
    number = int(run.run)
    with context.database.read() as connection:
        done = run_rows.pieces_done(connection, number, "read")
    divisions = Divisions(context, tuple(run.sent_divisions), {})
    try:
        with spool.opened(context, run.spool, int(run.upload_bytes)) as path:
            file = CheckedFile(PAYMENTS, path, cast(Form, run.form))
            for piece, rows in enumerate(_pieces(file)):
                if piece not in done:
                    run = _named(context, run, rows, hold)
                    _take(context, run, piece, of_run(rows, run.run_id, divisions), divisions, hold)
    except IntakeError as error:
        # The path is where the upload lay here: it says nothing to the sender.
        where = (f"column {error.column}: ", f"列 {error.column}：") if error.column else ("", "")
        raise UnreadableError(
            f"{where[0]}found {error.found[0]}; expected {error.expected[0]}. {error.do[0]}.",
            f"{where[1]}发现{error.found[1]}；应为{error.expected[1]}。{error.do[1]}。",
        ) from error
    except UnboundedError as error:
        raise UnreadableError(str(error), f"文件超出限度：{error}") from error
    _end(context, number, file.ignored_columns, hold)


def _pieces(file: CheckedFile) -> Iterator[CheckedRows]:
    """The file in parts that one transaction takes; the same file gives the same parts, whoever reads it."""
    for stretch in file:
        for start in range(0, max(len(stretch.lines), len(stretch.refused)), PIECE):
            part = slice(start, start + PIECE)
            yield CheckedRows(
                stretch.batch.slice(start, PIECE), stretch.lines[part], stretch.refused[part], stretch.sent
            )


def _named(context: Context, run: Row[Any], rows: CheckedRows, hold: Hold) -> Row[Any]:
    """The run with its `run_id` known: as told, else as the first row names it, else from our own number; with the row
    of `payment_runs` taken among the facts where one was told."""
    if run.intake_id is not None:
        return run
    number = int(run.run)
    with context.database.write() as connection:
        found = begin_step(context, connection, number, "reading", hold)
        now = context.clock.now()
        run_id = found.run_id or first_of(rows, "run_id") or f"RUN-{number}"
        intake_id = intakes.begin(
            connection,
            table_name=PAYMENTS.name,
            sent_by=found.sent_by,
            idempotency_key=None,
            content_hash=found.content,
            begun_at=now,
            touched_at=now,
        )
        told = row_of(found.told, run_id)
        notes = list(found.notes)
        if told is not None:
            taken = take_rows(context, connection, "payment_runs", [told], source=f"run:{number}")
            notes += [TOLD_OTHERWISE] if taken.conflicts else []
        runs.change(
            connection,
            number,
            run_id=run_id,
            intake_id=intake_id,
            notes=notes,
            program_id=found.program_id or first_of(rows, "program_id"),
            period=found.period or first_of(rows, "period"),
        )
        named = runs.one(connection, number)
    assert named is not None  # noqa: S101 - held by the transaction above
    return named


def _take(context: Context, run: Row[Any], piece: int, rows: CheckedRows, divisions: Divisions, hold: Hold) -> None:
    """Take one piece in one transaction; what takes time and needs no database comes before it."""
    number = int(run.run)
    rows = not_of_others(not_in_future(rows, micros(context.clock.now() + FUTURE)), divisions)
    hashes = hashes_of(context.seal, PAYMENTS, rows.batch)
    kept = kept_rows(context, rows, divisions)
    bad = refused_rows(context, rows.refused, rows.sent)
    with context.database.write() as connection:
        found = begin_step(context, connection, number, "reading", hold)
        if run_rows.is_done(connection, number, "read", piece):
            return  # Cancelled and resumed at once, a run may have two workers for a while.
        counts = _store(context, connection, found, rows, hashes, kept, bad, piece)
        now, taken = context.clock.now(), counts["rows_taken"]
        run_rows.mark(connection, {"run": number, "step": "read", "piece": piece, "rows": taken, "at": now})
        runs.change(connection, number, **{name: runs.RUNS.c[name] + more for name, more in counts.items()})


def _store(
    context: Context,
    connection: Connection,
    run: Row[Any],
    rows: CheckedRows,
    hashes: Hashes,
    kept: list[dict[str, Any]],
    bad: list[dict[str, Any]],
    piece: int,
) -> dict[str, int]:
    """Take rows among the facts, quarantine the others, and put each payment in its place in the run."""
    number, intake_id = int(run.run), int(run.intake_id)
    taken = accept(context, connection, PAYMENTS, rows.batch, hashes, source=f"run:{number}", intake_id=intake_id)
    bad += conflicting(context, PAYMENTS, rows, taken.conflicts)
    about = {"intake_id": intake_id, "table_name": PAYMENTS.name, "sent_by": run.sent_by, "at": context.clock.now()}
    quarantine.add(connection, [{**row, **about} for row in bad])
    good = rows.batch.num_rows - len(taken.conflicts)
    counts = {"rows_in": rows.rows_in, "accepted": good, "quarantined": len(bad)}
    counts |= {"repeated": len(taken.repeated), "versions": taken.versions}
    intakes.count(connection, intake_id, counts, taken.seq, context.clock.now())
    # Of a payment that stands there more than once the last is what stands, in the place of the first.
    refused = set(taken.conflicts)
    last = {row["disbursement_id"]: row for position, row in enumerate(kept) if position not in refused}
    there = run_rows.places_of(connection, number, list(last))
    place = run_rows.last_place(connection, number) + 1
    fresh = [row for name, row in last.items() if name not in there]
    run_rows.add(
        connection, [{**row, "run": number, "piece": piece, "place": place + k} for k, row in enumerate(fresh)]
    )
    run_rows.replace(connection, number, [{**row, "place": there[name]} for name, row in last.items() if name in there])
    return {
        "rows_read": rows.rows_in,
        "rows_taken": len(fresh),
        "rows_repeated": good - len(fresh),
        "rows_quarantined": len(bad),
    }


def _end(context: Context, number: int, ignored: tuple[str, ...], hold: Hold) -> None:
    """All rows are on record: the run knows where it lies, the scoring begins, and the upload goes."""
    with context.database.write() as connection:
        found = begin_step(context, connection, number, "reading", hold)
        if found.intake_id is not None:
            intakes.finish(connection, int(found.intake_id), ",".join(ignored), context.clock.now())
        division = place_run(connection, found)
        runs.change(
            connection, number, state="scoring", read_at=context.clock.now(), division_code=division, spool=None
        )
    spool.remove(context, found.spool)


def place_run(connection: Connection, run: Row[Any]) -> str | None:
    """The division a run lies under: as told, else the lowest that all villages of its rows lie under, else what was
    assumed when it came in. Rows whose village nobody knows are seen under it."""
    told = (run.told or {}).get("division_code")
    above = runs.known_divisions(connection, run_rows.divisions(connection, int(run.run)))
    common = sorted(set.intersection(*above.values())) if above else []
    depth = {code: len(up) for code, up in runs.known_divisions(connection, common).items()}
    division = told or max(common, key=lambda code: depth.get(code, 0), default=run.division_code)
    run_rows.place_scope(connection, int(run.run), division)
    return None if division is None else str(division)
