"""Let go of events and deliveries that are old."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from service.store import jobs, outbox, webhooks
from service.work.context import Context
from service.work.jobs import Hold

KEPT = dt.timedelta(days=90)
EVERY = dt.timedelta(days=1)
KIND = "forget_events"


def forget_events(context: Context, arguments: Mapping[str, Any], hold: Hold) -> None:
    """Drop events and ended deliveries older than 90 days, and come again tomorrow."""
    now = context.clock.now()
    with context.database.write() as connection:
        webhooks.forget(connection, now - KEPT)
        outbox.forget(connection, now - KEPT)
        jobs.add(connection, KIND, {}, now + EVERY, name=KIND)
