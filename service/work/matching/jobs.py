"""Jobs of matching: a run; every night one where lists or the register grew; one after answers that change links."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from service.store import facts, jobs, match_runs
from service.work.context import Context
from service.work.jobs import Handler, Hold, WithEnd
from service.work.matching.ask import JOB, SERVICE, SOON, add
from service.work.matching.run import given_up, match_lists
from service.work.queue.working_days import local_day, zone

NIGHTLY: Final = "match_nightly"
AT_NIGHT: Final = dt.time(4)
"""Local time, behind the queue and the review of rules: all of them open all facts."""
AGAIN: Final = dt.timedelta(minutes=2)
"""Until answers are looked at once more where a run, which may not know them, is under way."""
READS: Final = ("department_rows", "persons", "divisions", "civil_events")
"""Tables a run reads."""


def match_nightly(context: Context, _arguments: Mapping[str, Any], _hold: Hold) -> None:
    """The job: ask for a run where lists, register or places grew since the last, and come again."""
    with context.database.write() as connection:
        jobs.add(connection, NIGHTLY, {}, _next_night(context), name=NIGHTLY)
        if facts.last_of(connection, "department_rows") == 0:
            return
        last = match_runs.newest(connection)
        seen = last.fact_seq if last is not None and last.fact_seq is not None else 0
        if facts.last_seq_of(connection, READS) > seen:
            add(context, connection, SERVICE, "night")


def match_soon(context: Context, arguments: Mapping[str, Any], _hold: Hold) -> None:
    """The job: ask for a run; while one is under way, later."""
    with context.database.write() as connection:
        if match_runs.waiting(connection) is not None:
            jobs.add(connection, SOON, dict(arguments), context.clock.now() + AGAIN, name=SOON)
        elif facts.last_of(connection, "department_rows"):
            add(context, connection, SERVICE, arguments["why"])


def begin_recurring(context: Context) -> None:
    """See that the next look is waiting: of the coming night, or now where lists came and none was ever matched."""
    with context.database.write() as connection:
        never = match_runs.newest(connection) is None and match_runs.waiting(connection) is None
        first = never and facts.last_of(connection, "department_rows") > 0
        due = context.clock.now() if first else _next_night(context)
        jobs.add(connection, NIGHTLY, {}, due, name=NIGHTLY)


def _next_night(context: Context) -> dt.datetime:
    now = context.clock.now()
    at = dt.datetime.combine(local_day(context, now), AT_NIGHT, zone(context))
    return at if at > now else at + dt.timedelta(days=1)


JOBS: Final[dict[str, Handler]] = {
    JOB: WithEnd(match_lists, given_up),
    NIGHTLY: match_nightly,
    SOON: match_soon,
}
"""Kinds of jobs of this package and what does them."""
