"""Kinds of jobs and what does them, and the loop of a worker."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from service.store import jobs
from service.work.context import Context
from service.work.metrics import JOBS

_LOG = logging.getLogger("mingbai.jobs")

HOLD = dt.timedelta(seconds=30)
"""A worker that has not renewed for this long counts as dead."""

ATTEMPTS = 8

STALLS = 8
"""Workers in a row that may die with a job without a step kept; the next one gives it up."""

WORKER_DIED = "worker-died"


class Lost(Exception):
    """The job belongs to another worker by now: stop at once and keep nothing more."""


class Stopping(Lost):
    """The worker is asked to stop: leave the job as it is, another goes on with it."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Hold:
    """A worker's hold on a job, to be renewed while the work goes on."""

    context: Context
    job: jobs.Job
    worker: str
    stopping: Callable[[], bool] = _never

    def renew(self) -> None:
        """Hold on. Raises Lost when the job was given to another worker, Stopping when this one is to end."""
        if self.stopping():
            raise Stopping
        with self.context.database.write(lasting=False) as connection:
            if not jobs.renew(connection, self.job, self.worker, self.context.clock.now(), HOLD):
                raise Lost


Handler = Callable[[Context, Mapping[str, Any], Hold], None]
"""Does a job. It may be begun again after a crash, so it looks at what is already done. What it raises puts the job
back with a growing delay, and after `ATTEMPTS` it counts as failed."""


@dataclass(frozen=True, slots=True)
class WithEnd:
    """A handler that others wait for: `end` keeps what becomes of that when the job is given up because its workers
    die of it, in the transaction that gives it up."""

    handler: Handler
    end: Callable[[Context, Connection, Mapping[str, Any]], None]

    def __call__(self, context: Context, arguments: Mapping[str, Any], hold: Hold) -> None:
        """Do the job."""
        self.handler(context, arguments, hold)


def work_once(
    context: Context,
    handlers: Mapping[str, Handler],
    worker: str,
    stopping: Callable[[], bool] = _never,
    kinds: Collection[str] | None = None,
) -> bool:
    """Take one job that is due, of `kinds` where they are given, and do it. False when none is due.

    Once `stopping` says so, the job is given back at its next renewal.
    """
    with context.database.read() as connection:
        if not jobs.is_due(connection, context.clock.now(), HOLD, kinds):
            return False
    # What is said of jobs need not wait for the disk: lost in a power cut, the job is begun again.
    with context.database.write(lasting=False) as connection:
        job = jobs.take(connection, worker, context.clock.now(), HOLD, kinds)
    if job is None:
        return False
    if job.stalls > STALLS:
        _give_up(context, handlers[job.kind], job, worker)
        return True
    hold = Hold(context, job, worker, stopping)
    try:
        handlers[job.kind](context, job.arguments, hold)
    except Stopping:
        with context.database.write(lasting=False) as connection:
            jobs.give_back(connection, job, worker, context.clock.now())
        return True
    except Lost:
        _LOG.warning("job %d (%s) went to another worker", job.job_id, job.kind)
        JOBS.labels(job.kind, "lost").inc()
        return True
    except Exception as error:  # A job that fails must not end the worker.
        again = None if job.attempts >= ATTEMPTS else context.clock.now() + dt.timedelta(seconds=2.0**job.attempts)
        _LOG.error("job %d (%s) failed with %s, attempt %d", job.job_id, job.kind, type(error).__name__, job.attempts)
        with context.database.write() as connection:
            jobs.put_back(connection, job, worker, again, type(error).__name__, context.clock.now())
        JOBS.labels(job.kind, "failed").inc()
        return True
    with context.database.write(lasting=False) as connection:
        jobs.finish(connection, job, worker, context.clock.now())
    JOBS.labels(job.kind, "done").inc()
    return True


def _give_up(context: Context, handler: Handler, job: jobs.Job, worker: str) -> None:
    """Fail a job for good that worker after worker died of: nothing was raised that could be held against it, and it
    would be taken first for ever."""
    with context.database.write() as connection:
        if not jobs.put_back(connection, job, worker, None, WORKER_DIED, context.clock.now()):
            return
        if isinstance(handler, WithEnd):
            handler.end(context, connection, job.arguments)
    _LOG.error("job %d (%s) is given up: %d workers died with it", job.job_id, job.kind, job.stalls)
    JOBS.labels(job.kind, "failed").inc()
