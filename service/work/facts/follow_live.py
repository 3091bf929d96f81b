"""What follows from single payments is kept a moment later, so that whoever waits for a score does not wait for it.

Payments are thought over many at a time, reading only, and kept a few at a time: one look at what is there serves them
all, and whoever else writes waits no longer than a few rows take.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from service.store import facts, followers, jobs
from service.store.personal_values import ValueKind
from service.work.audit.keep_ties import Sealed, keep_sealed
from service.work.facts.batches import opened
from service.work.facts.follow_ups import Following, payments_follow
from service.work.jobs import Hold

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

    from service.work.context import Context

KIND: Final = "follow_live"

PAYMENTS: Final = "disbursements"

LIVE: Final = "live:"
"""How the source of batches begins whose follow-ups are left to this job."""

EVERY: Final = dt.timedelta(seconds=2)
"""So much later the chain knows a payment at most, while the job keeps up; what came meanwhile is one group."""

BATCHES: Final = 400
"""Batches thought over at once."""

ROWS: Final = 1_000
"""No further batch is thought over together with so many payments."""

KEPT: Final = 64
"""So many payments, and the rest of their batch, are kept in one transaction; and so many values of people."""

RENEW_SECONDS: Final = 5.0

PAUSE_SECONDS: Final = 0.01
"""Between two transactions, so that who waits to write comes first."""

PASSED: Final = 50
"""So many batches of others behind the last payment are passed over once, not looked at each time."""


@dataclass(frozen=True, slots=True)
class Followed:
    """How many batches were followed, of how many payments."""

    batches: int
    payments: int

    def __bool__(self) -> bool:
        """Whether there were any."""
        return self.batches > 0

    @property
    def more(self) -> bool:
        """Whether there may be more at once: a group was full."""
        return self.batches >= BATCHES or self.payments >= ROWS


def follow_live(context: Context, _arguments: Mapping[str, Any], hold: Hold) -> None:
    """The job: keep what follows from single payments since it last ran, and come again.

    Each transaction says how far it has come: a crash repeats nothing and leaves nothing out.
    """
    renewed = time.monotonic()
    # What comes while a group is kept waits until the job comes again: else each payment would be followed by itself.
    while follow_some(context).more:
        time.sleep(PAUSE_SECONDS)
        # Each renewal takes the lock of writers.
        if hold.stopping() or time.monotonic() - renewed > RENEW_SECONDS:
            hold.renew()
            renewed = time.monotonic()
    with context.database.write(lasting=False) as connection:
        jobs.add(connection, KIND, {}, context.clock.now() + EVERY, name=KIND)


def follow_some(context: Context) -> Followed:
    """Follow the next batches, as many as make a group."""
    with context.database.read() as connection:
        seq = followers.seq_of(connection, KIND)
        last = facts.last_seq(connection)
        found = facts.batches_of(connection, seq, LIVE, BATCHES, ROWS)
        thought = _thought(context, connection, found)
    if not found and last - seq > PASSED:
        # Nothing comes late: a batch has the next number when it is kept.
        with context.database.write(lasting=False) as connection:
            followers.advance(connection, KIND, seq, last)
    _keep_values(context, thought.values)
    first = 0
    for until, count in _parts(found):
        part = Following({}, thought.payments[first : first + count])
        with context.database.write(lasting=False) as connection:
            # Where another worker was first nothing is kept.
            if not followers.advance(connection, KIND, seq, until):
                break
            if part.payments:
                part.keep(context, connection, until)
        seq, first = until, first + count
        time.sleep(PAUSE_SECONDS)
    return Followed(len(found), len(thought.payments))


def _thought(context: Context, connection: Connection, found: Sequence[RowMapping]) -> Following:
    """What follows from all of some batches together, in their order."""
    import pyarrow as pa

    # Payments are all that comes one by one.
    parts = [opened(context, row["content"]) for row in found if row["table_name"] == PAYMENTS]
    if not parts:
        return Following({}, [])
    (together,) = pa.concat_tables(parts, promote_options="default").combine_chunks().to_batches()
    return payments_follow(context, connection, together)


def _keep_values(context: Context, values: Mapping[ValueKind, Sequence[Sealed]]) -> None:
    """Keep values of people and cards, a few at a time; what was kept before a crash is known when the job begins
    again."""
    for kind, some in values.items():
        for start in range(0, len(some), KEPT):
            with context.database.write(lasting=False) as connection:
                keep_sealed(connection, {kind: some[start : start + KEPT]})
            time.sleep(PAUSE_SECONDS)


def _parts(found: Sequence[RowMapping]) -> Iterator[tuple[int, int]]:
    """The batch up to which each transaction comes, and how many payments it keeps."""
    count = 0
    for row in found:
        count += int(row["rows"]) if row["table_name"] == PAYMENTS else 0
        if count >= KEPT or row is found[-1]:
            yield int(row["seq"]), count
            count = 0
