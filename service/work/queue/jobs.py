"""Jobs of the queue, and what comes again by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from service.store import jobs
from service.work.context import Context
from service.work.jobs import Handler, Hold
from service.work.queue import deadlines, refresh_queue
from service.work.queue.attach_file import sweep

SWEEP: Final = "sweep_attachments"
DAILY: Final = dt.timedelta(days=1)


def sweep_attachments(context: Context, arguments: Mapping[str, Any], hold: Hold) -> None:
    """The job: remove files a crash left behind, every day."""
    sweep(context)
    _plan_sweep(context)


def _plan_sweep(context: Context) -> None:
    with context.database.write() as connection:
        jobs.add(connection, SWEEP, {}, context.clock.now() + DAILY, name=SWEEP)


JOBS: Final[dict[str, Handler]] = {
    refresh_queue.KIND: refresh_queue.refresh_queue,
    deadlines.KIND: deadlines.queue_deadlines,
    SWEEP: sweep_attachments,
}
"""Handler by kind."""


def begin_recurring(context: Context) -> None:
    """See that the next refresh, the next look at deadlines and the next sweep are waiting."""
    refresh_queue.plan(context)
    deadlines.plan(context)
    _plan_sweep(context)
