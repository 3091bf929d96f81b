"""Hold on to a job while something takes long that cannot stop to say so: a history made anew, a large piece scored."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from service.work.jobs import HOLD, Hold, Lost

_LOG = logging.getLogger("mingbai.runs")

EVERY: Final = HOLD.total_seconds() / 3

LONGEST: Final = 900.0
"""Seconds after which it counts as hung, and is given to another."""


@contextmanager
def alive(hold: Hold) -> Iterator[None]:
    """Renew the hold beside the block. It may be lost nevertheless: who writes later looks again (`begin_step`)."""
    over = threading.Event()

    def renew() -> None:
        for _ in range(int(LONGEST / EVERY)):
            if over.wait(EVERY):
                return
            try:
                hold.renew()
            except Lost:
                return
            except Exception as error:  # The database may be away for a moment; the next renewal may reach it.
                _LOG.warning("a hold could not be renewed: %s", type(error).__name__)

    beside = threading.Thread(target=renew, daemon=True, name="mingbai-hold")
    beside.start()
    try:
        yield
    finally:
        over.set()
        beside.join()
