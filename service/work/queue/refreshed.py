"""Of when the queue is, and whether it is being made again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from service.store import jobs, queue_draws
from service.work.context import Context
from service.work.queue.refresh_queue import KIND


@dataclass(frozen=True, slots=True)
class Fresh:
    """`at`: the moment the newest queue is of, None where none was made; `again`: it is being made again."""

    at: dt.datetime | None
    again: bool


def refreshed(context: Context) -> Fresh:
    """How the queue stands now."""
    with context.database.read() as connection:
        last = queue_draws.last_refresh(connection)
        again = jobs.under_way(connection, KIND, context.clock.now())
    at = None if last is None else dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=last)
    return Fresh(at, again)
