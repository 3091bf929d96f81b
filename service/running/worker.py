"""A worker process: does what is due, in lanes that do not hold one another up, and brings events to consumers.

long      runs, re-scoring, refreshing: minutes
quick     deadlines, notices, housekeeping: due to the second
courier   webhooks: as slow as the slowest consumer, each by itself
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from types import FrameType
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from service.running.context import make_context
from service.running.handlers import Handlers, all_handlers, begin_recurring
from service.running.logs import configure
from service.running.parent import end_with_parent
from service.settings import Settings
from service.store.database import DatabaseError
from service.work.context import Context
from service.work.jobs import work_once
from service.work.webhooks.courier import Courier

_LOG = logging.getLogger("mingbai.worker")

IDLE_SECONDS: Final = 0.5
CHECKPOINT_SECONDS: Final = 1.0
NICE: Final = 5
"""What waits in the queue of jobs leaves the processors to whoever waits for an answer; but not so much that a worker
stands still while it holds the lock of writers: beside two processes that never rest, 8 ms of work took it about 250 ms
of the clock at 5 and twice as long at 10, without a gain for the others that could be told from noise."""

AWAY_SECONDS: Final = 2.0
"""Pause after the database was away."""
RENEW_RECURRING_SECONDS: Final = 3600.0
END_SECONDS: Final = 8.0
"""So long the lanes may take to give back what they hold."""


class Worker:
    """The lanes of one process over one context."""

    def __init__(self, context: Context, handlers: Handlers, name: str) -> None:
        """`name` tells this worker from every other, on every machine."""
        self._context = context
        self._handlers = handlers
        self._name = name
        self._stop = threading.Event()

    def stop(self, *_: object) -> None:
        """End: jobs are given back at their next renewal. May be called from a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Work until stopped. A lane that is stuck in something for too long is left behind; its job goes to another
        worker once its hold is over."""
        lanes = (
            ("long", lambda: self._work("long", self._handlers.long)),
            ("quick", lambda: self._work("quick", self._handlers.quick)),
            ("courier", self._deliver),
            ("checkpoint", self._checkpoint),
        )
        threads = [threading.Thread(target=run, name=name, daemon=True) for name, run in lanes]
        for one in threads:
            one.start()
        while not self._stop.wait(0.5):
            for one in threads:
                if not one.is_alive():
                    # A lane ends only by a defect; the supervisor starts a whole new worker.
                    raise RuntimeError(f"the lane {one.name} ended")
        end = time.monotonic() + END_SECONDS
        for one in threads:
            one.join(max(0.0, end - time.monotonic()))

    def _work(self, lane: str, kinds: Collection[str]) -> None:
        worker = f"{self._name}:{lane}"
        again = 0.0
        while not self._stop.is_set():

            def once() -> bool:
                nonlocal again
                if lane == "quick" and time.monotonic() >= again:
                    begin_recurring(self._context)
                    again = time.monotonic() + RENEW_RECURRING_SECONDS
                return work_once(self._context, self._handlers.every, worker, self._stop.is_set, kinds)

            if not self._safely(once):
                self._stop.wait(IDLE_SECONDS)

    def _checkpoint(self) -> None:
        """Bring what was committed into the database's file beside those who write."""
        while not self._stop.wait(CHECKPOINT_SECONDS):

            def once() -> bool:
                self._context.database.checkpoint()
                return False

            self._safely(once)

    def _deliver(self) -> None:
        courier = Courier(self._context, self._name)
        while not self._stop.is_set():
            self._safely(lambda: bool(courier.round(wait=False)))
            self._stop.wait(IDLE_SECONDS)
        courier.close()

    def _safely(self, step: Callable[[], bool]) -> bool:
        """A step; False also when the database is away, after a pause."""
        try:
            return step()
        except (SQLAlchemyError, DatabaseError) as error:
            _LOG.error("the database is away: %s", type(error).__name__)
            self._stop.wait(AWAY_SECONDS)
            return False


def give_way() -> None:
    """Leave the processors to whoever waits for an answer. To be called before any thread begins: threads and processes
    have it from the one that began them. Where a sandbox keeps a process from it, work goes on beside the others."""
    with suppress(OSError):
        os.nice(NICE)
    if sys.platform == "linux":
        # As work that need not be done at once: it never takes the processor from somebody else when it wakes up.
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def main() -> None:
    """A worker over the settings of the environment, until SIGTERM."""
    settings = Settings.read()
    os.environ.setdefault("MINGBAI_MLRUNS", str(settings.mlruns))
    configure(settings)
    end_with_parent()
    give_way()
    context = make_context(settings)
    worker = Worker(context, all_handlers(), f"{socket.gethostname()}:{os.getpid()}")

    def end(_signal: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group: the supervisor decides.
    worker.run()
    # Threads that are left behind must not keep the process.
    logging.shutdown()
    os._exit(0)


if __name__ == "__main__":
    main()
