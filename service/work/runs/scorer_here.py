"""What this worker scores with: the history over all facts and the model in force, kept from run to run."""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.store import facts
from service.work.facts.history import History
from service.work.scoring.model import ModelInForce

if TYPE_CHECKING:
    from models.scoring.bundle import Bundle
    from service.store import Database
    from service.work.context import Context


@dataclass(slots=True)
class ScorerHere:
    """A history and a model, used by one thread alone."""

    history: History
    model: ModelInForce

    def catch_up(self, context: Context) -> None:
        """Take all that is on record into the history; made anew where rows came late or corrected others."""
        with context.database.read() as connection:
            last = facts.last_seq(connection)
        self.history.catch_up()
        if self.history.stale or self.history.whole < last:
            self.history.build()

    def bundle(self) -> tuple[Bundle, bool]:
        """The model in force for what the history holds, and whether it is rules alone for want of one."""
        found = self.model.look(self.history.ledger)
        return found.bundle, found.degraded is not None


class _Kept(threading.local):
    """One a thread and database: a history is no thing to be shared."""

    def __init__(self) -> None:
        self.by_database: weakref.WeakKeyDictionary[Database, ScorerHere] = weakref.WeakKeyDictionary()


_KEPT = _Kept()


def scorer_here(context: Context) -> ScorerHere:
    """This thread's history and model, current: all that was on record when this was called is in it."""
    found = _KEPT.by_database.get(context.database)
    if found is None:
        found = _KEPT.by_database[context.database] = ScorerHere(History.open(context), ModelInForce(context))
    found.catch_up(context)
    return found
