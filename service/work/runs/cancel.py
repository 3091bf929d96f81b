"""Stop and take up again the scoring of a run. Payments are not touched: whoever pays decides on them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from service.access import Principal
from service.store import jobs, runs
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.runs.errors import RunRefusedError, unknown_run
from service.work.runs.send import SCORE
from service.work.runs.visible import visible


def cancel(context: Context, who: Principal, run: int, *, request_id: str | None = None) -> Row[Any]:
    """Stop the scoring of a run and return it. What was scored stays; cancelled already is fine.

    Raises RunRefusedError: no such run (`unknown`), or its scoring has come to an end (`conflict`).
    """
    with context.database.write() as connection:
        found = _held(connection, who, run)
        if found.state == "cancelled":
            return found
        if found.state not in runs.UNFINISHED:
            raise _not_now(found, "cancelled")
        runs.change(connection, run, state="cancelled", cancelled_at=context.clock.now())
        row = runs.one(connection, run)
        details = {"was": found.state, "rows_scored": int(found.rows_scored)}
        line = Line(who.name, "run.scoring_cancelled", "run", str(run), found.division_code, None, details, request_id)
        record(context, connection, line)
    assert row is not None  # noqa: S101 - held by the transaction above
    return row


def resume(context: Context, who: Principal, run: int, *, request_id: str | None = None) -> Row[Any]:
    """Take the scoring up again where it stopped, and return the run. One that goes on already is fine.

    Raises RunRefusedError: no such run (`unknown`), or it is scored (`conflict`).
    """
    with context.database.write() as connection:
        found = _held(connection, who, run)
        if found.state in runs.UNFINISHED:
            return found
        if found.state not in ("cancelled", "failed"):
            raise _not_now(found, "taken up again")
        now = context.clock.now()
        state = "received" if found.read_at is None else "scoring"
        runs.change(connection, run, state=state, failure=None, cancelled_at=None)
        jobs.add(connection, SCORE, {"run": run}, now, name=f"{SCORE}:{run}")
        row = runs.one(connection, run)
        line = Line(
            who.name,
            "run.scoring_resumed",
            "run",
            str(run),
            found.division_code,
            None,
            {"was": found.state},
            request_id,
        )
        record(context, connection, line)
    assert row is not None  # noqa: S101 - held by the transaction above
    return row


def _held(connection: Connection, who: Principal, run: int) -> Row[Any]:
    """The run, held by the transaction. Raises RunRefusedError where it lies outside the scope."""
    found = runs.locked(connection, run)
    if found is None or runs.one(connection, run, visible(who)) is None:
        raise unknown_run()
    return found


def _not_now(row: Row[Any], wanted: str) -> RunRefusedError:
    return RunRefusedError(
        "conflict",
        "not-in-this-state",
        f"The run is {row.state}: its scoring cannot be {wanted}.",
        "该批次当前状态不允许此操作。",
    )
