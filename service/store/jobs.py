"""Work to be done outside a request: kept in the database, so that a crash loses none of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from service.store._columns import METADATA, Document, Moment, Number

JOBS = Table(
    "jobs",
    METADATA,
    Column("job_id", Number, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("arguments", Document, nullable=False),
    # At most one unfinished job has a given name: asking twice for the same thing makes it once.
    Column("name", Text),
    Column("due_at", Moment, nullable=False),
    Column("state", Text, nullable=False),  # waiting, working, done, failed
    Column("attempts", Integer, nullable=False, default=0),
    # Takes after a worker that died, since the last step that was kept: see `take`.
    Column("stalls", Integer, nullable=False, default=0),
    Column("worker", Text),
    # A worker that stops renewing this is dead, and another takes the job.
    Column("held_until", Moment),
    Column("error", Text),
    Column("done_at", Moment),
    Index("ix_jobs_state_due_at", "state", "due_at"),
    Index("ix_jobs_name", "name"),
)


@dataclass(frozen=True, slots=True)
class Job:
    """A job that was taken: its number, kind, arguments, how many times it was begun (1 the first time), and how many
    workers in a row died of it, or with it, without a step kept."""

    job_id: int
    kind: str
    arguments: dict[str, Any]
    attempts: int
    stalls: int = 0


# Made once: it is asked with every payment that comes in.
_WAITING = (
    select(JOBS.c.job_id, JOBS.c.due_at)
    .where(JOBS.c.name == bindparam("named"), JOBS.c.state == "waiting")
    .limit(1)
    .with_for_update(skip_locked=True)
)


def add(
    connection: Connection, kind: str, arguments: dict[str, Any], due_at: dt.datetime, *, name: str | None = None
) -> None:
    """Add a job in the caller's transaction; nothing is added while an unfinished one of the same `name` waits.

    A job of that name that is being worked on does not count: what it has already looked at may have changed.
    """
    if name is not None:
        # Held until the caller's transaction is kept: a worker that took the job before then would not see what it was
        # asked to look at. One that is being taken, or held by another who asks, is passed over; nobody waits here, and
        # what is then there twice is done twice, which changes nothing.
        found = connection.execute(_WAITING, {"named": name}).first()
        if found is not None:
            if found.due_at > due_at:
                connection.execute(update(JOBS).where(JOBS.c.job_id == found.job_id).values(due_at=due_at))
            return
    connection.execute(
        insert(JOBS).values(
            kind=kind, arguments=arguments, name=name, due_at=due_at, state="waiting", attempts=0, stalls=0
        )
    )


def is_due(connection: Connection, now: dt.datetime, hold: dt.timedelta, kinds: Collection[str] | None = None) -> bool:
    """Whether `take` would find a job: asked first, so that an idle worker never takes the lock of writers."""
    return connection.execute(select(JOBS.c.job_id).where(_due(now, hold, kinds)).limit(1)).first() is not None


def is_pending(connection: Connection, name: str) -> bool:
    """Whether a job of a name waits or is being done."""
    asked = select(JOBS.c.job_id).where(JOBS.c.name == name, JOBS.c.state.in_(("waiting", "working")))
    return connection.execute(asked.limit(1)).first() is not None


def _due(now: dt.datetime, hold: dt.timedelta, kinds: Collection[str] | None) -> ColumnElement[bool]:
    """The condition that a job waits and is due, or that its worker no longer renews its hold.

    No hold lasts longer than `hold`: one that ends much later was taken by a clock that ran ahead, and would keep the
    job from everybody for as long as it was ahead.
    """
    over = or_(JOBS.c.held_until < now, JOBS.c.held_until > now + 2 * hold)
    abandoned = and_(JOBS.c.state == "working", over)
    due = or_(and_(JOBS.c.state == "waiting", JOBS.c.due_at <= now), abandoned)
    return due if kinds is None else and_(due, JOBS.c.kind.in_(kinds))


def take(
    connection: Connection,
    worker: str,
    now: dt.datetime,
    hold: dt.timedelta,
    kinds: Collection[str] | None = None,
) -> Job | None:
    """Take the job that has been due longest, also one whose worker no longer renews its hold; None if none is due.

    The latter counts as a stall. A job that kills its workers is the one due longest over and over: whoever takes it
    looks at `stalls`, and gives it up in the end.
    """
    asked = select(JOBS).where(_due(now, hold, kinds)).order_by(JOBS.c.due_at, JOBS.c.job_id).limit(1)
    found = connection.execute(asked.with_for_update(skip_locked=True)).first()
    if found is None:
        return None
    attempts = int(found.attempts) + 1
    stalls = int(found.stalls) + (found.state == "working")
    connection.execute(
        update(JOBS)
        .where(JOBS.c.job_id == found.job_id)
        .values(state="working", worker=worker, held_until=now + hold, attempts=attempts, stalls=stalls)
    )
    return Job(int(found.job_id), str(found.kind), dict(found.arguments), attempts, stalls)


def renew(
    connection: Connection, job: Job, worker: str, now: dt.datetime, hold: dt.timedelta, *, progress: bool = False
) -> bool:
    """Hold a job longer. False when it was given to another worker meanwhile: this one must stop.

    `progress` says that the caller's transaction keeps a step which is not done again: stalls count anew.
    """
    ahead: dict[str, Any] = {"stalls": 0} if progress else {}
    done = connection.execute(
        update(JOBS)
        .where(JOBS.c.job_id == job.job_id, JOBS.c.worker == worker, JOBS.c.state == "working")
        .values(held_until=now + hold, **ahead)
    )
    return done.rowcount == 1


def finish(connection: Connection, job: Job, worker: str, now: dt.datetime) -> bool:
    """Mark a job done; one that comes again by itself (named as its kind) goes, or it would leave a row every time.

    False when it belongs to another worker by now.
    """
    mine = and_(JOBS.c.job_id == job.job_id, JOBS.c.worker == worker, JOBS.c.state == "working")
    if connection.execute(delete(JOBS).where(mine, JOBS.c.name == JOBS.c.kind)).rowcount:
        return True
    done = update(JOBS).where(mine).values(state="done", done_at=now, held_until=None, error=None)
    return connection.execute(done).rowcount == 1


def put_back(
    connection: Connection, job: Job, worker: str, due_at: dt.datetime | None, error: str, now: dt.datetime
) -> bool:
    """After a failure: due again at `due_at`, or failed for good where that is None. `error` holds no personal data.

    False when it belongs to another worker by now. Whoever comes to an error has not died: stalls count anew.
    """
    state = {"state": "failed", "done_at": now} if due_at is None else {"state": "waiting", "due_at": due_at}
    done = connection.execute(
        update(JOBS)
        .where(JOBS.c.job_id == job.job_id, JOBS.c.worker == worker, JOBS.c.state == "working")
        .values(**state, error=error, held_until=None, worker=None, stalls=0)
    )
    return done.rowcount == 1


def give_back(connection: Connection, job: Job, worker: str, now: dt.datetime) -> None:
    """Let go of a job that was not finished because its worker is asked to stop; the attempt does not count."""
    connection.execute(
        update(JOBS)
        .where(JOBS.c.job_id == job.job_id, JOBS.c.worker == worker, JOBS.c.state == "working")
        .values(state="waiting", due_at=now, attempts=JOBS.c.attempts - 1, held_until=None, worker=None)
    )


def counts(connection: Connection) -> dict[tuple[str, str], int]:
    """How many jobs of each kind are waiting, working or failed."""
    asked = select(JOBS.c.kind, JOBS.c.state, func.count().label("n")).where(JOBS.c.state != "done")
    found = connection.execute(asked.group_by(JOBS.c.kind, JOBS.c.state))
    return {(str(row.kind), str(row.state)): int(row.n) for row in found}


def forget(connection: Connection, before: dt.datetime) -> int:
    """Drop jobs that were done before a moment; those that failed stay. Returns how many."""
    return int(connection.execute(delete(JOBS).where(JOBS.c.state == "done", JOBS.c.done_at < before)).rowcount)


def under_way(connection: Connection, kind: str, now: dt.datetime) -> bool:
    """Whether a job of a kind is being worked on, or waits and is due."""
    due = or_(JOBS.c.state == "working", and_(JOBS.c.state == "waiting", JOBS.c.due_at <= now))
    return connection.execute(select(JOBS.c.job_id).where(JOBS.c.kind == kind, due).limit(1)).first() is not None
