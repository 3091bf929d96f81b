"""What every step of a run's work does first in its transaction: hold on to the job, and look whether to go on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from service.store import jobs, runs
from service.store.runs import State
from service.work.context import Context
from service.work.jobs import HOLD, Hold, Lost, Stopping


class StoppedError(Exception):
    """The run is not in the state this step works in: it was cancelled, or another worker is further."""


def begin_step(
    context: Context, connection: Connection, run: int, state: State, hold: Hold, *, progress: bool = True
) -> Row[Any]:
    """The run, held by the caller's transaction, its job held on to by this worker in the same transaction.

    So a worker that has lost its job cannot keep anything: what it does is undone with the failed hold. Raises Lost
    then, Stopping where this worker is asked to end, and StoppedError where the run is in another state. `progress`:
    what the transaction keeps is not done again by the next worker.
    """
    if hold.stopping():
        raise Stopping
    if not jobs.renew(connection, hold.job, hold.worker, context.clock.now(), HOLD, progress=progress):
        raise Lost
    found = runs.locked(connection, run)
    if found is None or found.state != state:
        raise StoppedError
    return found
