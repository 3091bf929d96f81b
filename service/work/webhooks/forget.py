"""Let go of events, deliveries and done jobs that are old."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from service.store import jobs, outbox, webhooks
from service.work.context import Context
from service.work.jobs import Hold

KEPT = dt.timedelta(days=90)
JOBS_KEPT = dt.timedelta(days=7)
EVERY = dt.timedelta(days=1)
KIND = "forget_events"


def forget_events(context: Context, arguments: Mapping[str, Any], hold: Hold) -> None:
    """Drop events and ended deliveries older than 90 days, jobs done a week ago, and come again tomorrow."""
    now = context.clock.now()
    with context.database.write() as connection:
        webhooks.forget(connection, now - KEPT)
        outbox.forget(connection, now - KEPT)
        jobs.forget(connection, now - JOBS_KEPT)
        jobs.add(connection, KIND, {}, now + EVERY, name=KIND)
