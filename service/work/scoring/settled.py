"""Wait until what was answered by now is in the database: for whoever looks for a payment that was just scored."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING, Final

from service.store import journal
from service.work.scoring.recover import journal_path

if TYPE_CHECKING:
    from service.work.context import Context

PATIENCE_SECONDS: Final = 2.0
"""So long it is waited: several times what an answer takes into the database."""

PAUSE_SECONDS: Final = 0.02


def settled(context: Context) -> bool:
    """Wait for the journal. True when something that was in it is in the database now: then it is worth to look again.

    False at once where nothing waits, and after a while where the database takes nothing.
    """
    path = journal_path(context)
    if path is None:
        return False
    try:
        newest = journal.standing(path).newest
        if not newest:
            return False
        end = time.monotonic() + PATIENCE_SECONDS
        while journal.waits(path, newest):
            if time.monotonic() >= end:
                return False
            time.sleep(PAUSE_SECONDS)
    except sqlite3.Error:
        return False
    return True
