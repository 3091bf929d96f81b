"""Remove uploads a crash left behind: written and never made a run, or a run's whose rows are on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from service.store import jobs, runs
from service.work.runs import spool

if TYPE_CHECKING:
    from service.work.context import Context
    from service.work.jobs import Hold

SWEEP: Final = "sweep_spool"

EVERY: Final = dt.timedelta(hours=1)

OLD_SECONDS: Final = 6 * 3600.0
"""Older than any upload that is still being written."""


def sweep_spool(context: Context, arguments: Mapping[str, Any], hold: Hold) -> None:
    """Job `sweep_spool`: remove what nobody needs, and come back in an hour."""
    with context.database.read() as connection:
        needed = runs.spooled(connection)
    spool.sweep(context, needed, OLD_SECONDS)
    with context.database.write() as connection:
        jobs.add(connection, SWEEP, {}, context.clock.now() + EVERY, name=SWEEP)
