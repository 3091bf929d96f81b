"""Until when a case may stay as it is, and what happens when that has passed: once, whatever crashed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

from service.store import cases, jobs
from service.work.audit.record import record
from service.work.context import Context
from service.work.jobs import Hold
from service.work.queue.change import SERVICE, Change, keep
from service.work.queue.due import due_in
from service.work.queue.states import OpenState

KIND = "queue_deadlines"
EVERY = dt.timedelta(hours=1)
AT_ONCE = 200


def queue_deadlines(context: Context, arguments: Mapping[str, Any], hold: Hold) -> None:
    """The job: what is due is done, and the next look is planned for the next deadline, within the hour."""
    while pass_deadlines(context):
        hold.renew()
    plan(context)


def plan(context: Context) -> None:
    """Have the deadlines looked at when the next one passes, and at least every hour."""
    now = context.clock.now()
    with context.database.write() as connection:
        earliest = cases.next_due(connection)
        at = now + EVERY if earliest is None else max(now, min(now + EVERY, earliest))
        jobs.add(connection, KIND, {}, at, name=KIND)


def pass_deadlines(context: Context) -> int:
    """Return held cases whose date has come, and tell the supervisor of the others; how many were due, up to 200.

    A held case goes back to the state it was held from, with a new deadline. Any other case is marked `escalated` once;
    a change of its state ends that.
    """
    now = context.clock.now()
    with context.database.write() as connection:
        context.database.alone(connection, "queue")
        found = cases.due(connection, now, AT_ONCE)
        lines = []
        for few in found:
            row = cases.lock(connection, few.case_id)
            if row is None or not row.is_open or row.due_at is None or row.due_at > now or row.escalated_at is not None:
                continue
            if row.state == "held":
                back = cast(OpenState, row.held_from or "new")
                change = Change(
                    "returned", back, {"held_from": None, "due_at": due_in(context, back, now)}, event="returned"
                )
            else:
                change = Change("overdue", row.state, {"escalated_at": now}, event="overdue")
            _, line = keep(context, connection, SERVICE, row, change)
            lines.append(line)
        record(context, connection, *lines)
    return len(found)
