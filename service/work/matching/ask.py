"""Ask for a run of matching: put before a worker; while one waits no other is asked for."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import Connection

from service.access import Principal
from service.store import facts, jobs, match_runs
from service.store.match_runs import MatchRun, Why
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.matching.errors import MatchingError

JOB: Final = "match"
SOON: Final = "match_soon"
AFTER: Final = dt.timedelta(minutes=10)
"""So long after an answer that changes a link: what is answered in one sitting is taken in together."""
SERVICE: Final = "mingbai"


def ask(context: Context, who: Principal) -> MatchRun:
    """Have the lists matched now. Raises MatchingError for somebody who does not see everywhere, and where no list was
    handed over."""
    check_everywhere(who)
    with context.database.write() as connection:
        if facts.last_of(connection, "department_rows") == 0:
            raise MatchingError("conflict", "No department's list was handed over yet.", "尚未报送部门名单。")
        number, new = add(context, connection, who.name, "asked")
        run = match_runs.get(connection, number)
        if new:
            record(context, connection, Line(who.name, "matching.asked", "matching", str(number)))
    assert run is not None  # noqa: S101 - added or found in the same transaction
    return run


def add(context: Context, connection: Connection, by: str, why: Why) -> tuple[int, bool]:
    """Ask for a run in the caller's transaction: its number, and whether it is new; else it waited already."""
    context.database.alone(connection, "matching")
    waits = match_runs.waiting(connection)
    if waits is not None:
        return waits.run_id, False
    now = context.clock.now()
    number = match_runs.add(connection, by, now, why)
    jobs.add(connection, JOB, {"run": number}, now, name=f"{JOB}:{number}")
    return number, True


def add_soon(context: Context, connection: Connection, why: Why) -> None:
    """Have the lists matched in a little while because of what somebody said, in the caller's transaction."""
    at = context.clock.now() + (AFTER if why == "answers" else dt.timedelta())
    jobs.add(connection, SOON, {"why": why}, at, name=SOON)


def check_everywhere(who: Principal) -> None:
    """Raises MatchingError where somebody's divisions are not all there are: a run and its lines are the whole
    deployment's."""
    if not who.sees_everywhere:
        raise MatchingError(
            "not-allowed",
            "Matching is run for every division at once: this takes somebody who sees everywhere.",
            "匹配针对全部区划进行，仅限管辖全域的账户操作。",
        )


def recent_runs(context: Context, limit: int, before: int | None = None) -> list[MatchRun]:
    """Runs, newest first."""
    with context.database.read() as connection:
        return match_runs.recent(connection, limit, before)
