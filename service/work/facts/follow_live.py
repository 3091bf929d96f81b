"""What follows from single payments is kept a moment later, so that whoever waits for a score does not wait for it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from service.store import facts, followers, jobs
from service.work.facts.batches import opened
from service.work.facts.follow_ups import payments_follow
from service.work.jobs import Hold

if TYPE_CHECKING:
    from service.work.context import Context

KIND: Final = "follow_live"

LIVE: Final = "live:"
"""How the source of batches begins whose follow-ups are left to this job."""

EVERY: Final = dt.timedelta(seconds=2)

BATCHES: Final = 6
"""Batches followed in one transaction: a payment that is scored meanwhile waits no longer than these take."""

RENEW_SECONDS: Final = 5.0

PAUSE_SECONDS: Final = 0.01
"""Between two such transactions, so that who waits to write a payment comes first."""


def follow_live(context: Context, _arguments: Mapping[str, Any], hold: Hold) -> None:
    """The job: keep what follows from single payments since it last ran, and come again.

    Each transaction says how far it has come: a crash repeats nothing and leaves nothing out.
    """
    renewed = time.monotonic()
    while follow_some(context):
        time.sleep(PAUSE_SECONDS)
        # Each renewal takes the lock of writers, which whoever waits for a score needs.
        if hold.stopping() or time.monotonic() - renewed > RENEW_SECONDS:
            hold.renew()
            renewed = time.monotonic()
    with context.database.write() as connection:
        jobs.add(connection, KIND, {}, context.clock.now() + EVERY, name=KIND)


def follow_some(context: Context) -> bool:
    """Follow some batches. False when there were none."""
    import pyarrow as pa

    with context.database.read() as connection:
        seq = followers.seq_of(connection, KIND)
        rows = facts.batches_of(connection, seq, LIVE, BATCHES)
        if not rows:
            return False
        last = int(rows[-1]["seq"])
        # Payments are all that comes one by one.
        parts = [opened(context, row["content"]) for row in rows if row["table_name"] == "disbursements"]
        together = pa.concat_tables(parts, promote_options="default").combine_chunks().to_batches()
        keep = [payments_follow(context, connection, batch) for batch in together]
    with context.database.write(lasting=False) as connection:
        # Where another worker was first nothing is kept.
        if followers.advance(connection, KIND, seq, last):
            for one in keep:
                one(connection, last)
    return True
