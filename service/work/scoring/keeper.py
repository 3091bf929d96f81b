"""Brings what was answered from the journal into the database, in groups, beside the thread that scores.

Whoever waits for a score waits for the journal alone, whose one writer is the scorer. What many payments bring takes
one transaction here instead of one each, and it is only this thread that waits for the database's other writers.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import SQLAlchemyError

from service.work.scoring.bring import Brought, bring
from service.work.scoring.recover import finish, set_aside

if TYPE_CHECKING:
    from service.store.journal import Journal
    from service.work.context import Context
    from service.work.facts.history import History
    from service.work.scoring.taken import Taken

_LOG = logging.getLogger("mingbai.journal")

GATHER_SECONDS: Final = 0.25
"""So long a group gathers: what was answered is in the database within about twice that."""

GROUP: Final = 200
"""Payments brought in one transaction."""

BACKLOG: Final = 5_000
"""Payments that may wait; beyond that no more are scored until the database has taken some."""

AGAIN_SECONDS: Final = 1.0
"""After so long a database that took nothing is tried again."""

IDLE_SECONDS: Final = 1.0


class Keeper:
    """One thread over a journal this process owns."""

    def __init__(self, context: Context, journal: Journal, history: History, texts_kept: set[str]) -> None:
        """Begins at once. `texts_kept` grows by the names of texts that are on record."""
        self._context = context
        self._journal = journal
        self._history = history
        self._texts = texts_kept
        self._changed = threading.Condition()
        self._waiting: deque[Taken] = deque()
        self._held: Counter[bytes] = Counter()
        self._rows = 0
        self._hurry = False
        self._closing = False
        self._failing = False
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
        self._thread.start()

    def take(self, taken: Taken) -> None:
        """Take what lies in the journal."""
        with self._changed:
            first = not self._waiting
            self._waiting.append(taken)
            self._held.update(taken.hashes.keys)
            self._rows += taken.rows.num_rows
            if first or self._rows >= GROUP:
                self._changed.notify_all()

    def holds(self, keys: Iterable[bytes]) -> bool:
        """Whether a payment with one of these keys is not in the database yet."""
        held = self._held
        return bool(held) and any(key in held for key in keys)

    @property
    def rows(self) -> int:
        """Payments that wait."""
        return self._rows

    def settle(self, seconds: float) -> bool:
        """Wait until all that was taken is in the database; False when that takes longer."""
        with self._changed:
            if not self._waiting:
                return True
            last = self._waiting[-1].number
            self._hurry = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: not self._waiting or self._waiting[0].number > last, seconds)

    def close(self, seconds: float) -> None:
        """Bring what is left and end. What the database does not take in this time stays in the journal."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._waiting and not self._closing:
                    self._changed.wait(IDLE_SECONDS)
                if not self._waiting:
                    if self._closing:
                        return
                else:
                    self._changed.wait_for(lambda: self._rows >= GROUP or self._hurry or self._closing, GATHER_SECONDS)
                group = self._first()
            self._tidy(idle=not group)
            if not group:
                continue
            if self._keep(group):
                self._forget(group)
            elif self._closing:
                return
            else:
                time.sleep(AGAIN_SECONDS)

    def _first(self) -> list[Taken]:
        """The first that wait, about as many as make a group."""
        group: list[Taken] = []
        count = 0
        for taken in self._waiting:
            group.append(taken)
            count += taken.rows.num_rows
            if count >= GROUP:
                break
        return group

    def _forget(self, group: Sequence[Taken]) -> None:
        with self._changed:
            for taken in group:
                self._waiting.popleft()
                self._rows -= taken.rows.num_rows
                self._held.subtract(taken.hashes.keys)
                for key in taken.hashes.keys:
                    if self._held[key] <= 0:
                        del self._held[key]
            self._hurry = self._hurry and bool(self._waiting)
            self._changed.notify_all()

    def _keep(self, group: Sequence[Taken]) -> bool:
        """Bring a group; False when the database takes nothing at the moment. What it will never take is set aside."""
        try:
            conflicts = self._bring(group).conflicts
        except SQLAlchemyError as error:
            if not self._failing:
                _LOG.error("the database does not take what was answered: %s; it is tried again", type(error).__name__)
            self._failing = True
            return False
        except Exception as error:
            if len(group) > 1:
                return all([self._keep([one]) for one in group])
            self._set_aside(group[0].number, error)
            return True
        self._failing = False
        # The ledger holds what is on record otherwise.
        self._history.stale = self._history.stale or bool(conflicts)
        self._texts.update(row["not_applicable"] for taken in group for row in taken.scored)
        try:
            finish(self._journal, group, conflicts)
        except sqlite3.Error as error:
            # To bring an entry twice adds nothing: it is dropped when the journal is next recovered.
            _LOG.warning("entries of the journal cannot be dropped: %s", type(error).__name__)
        return True

    def _bring(self, group: Sequence[Taken]) -> Brought:
        seqs: list[int] = []

        def added(seq: int) -> None:
            # Before anybody can read the batch: the ledger holds its payments already.
            seqs.append(seq)
            self._history.put_on_record(seq)

        ended = False
        try:
            with self._context.database.write() as connection:
                try:
                    brought = bring(self._context, connection, group, added, self._texts)
                except BaseException:
                    # Before the numbers are free for others.
                    self._history.forget(seqs)
                    raise
                ended = True
        except BaseException:
            self._history.forget(seqs)
            # Whether the end of a transaction took effect is not known where it failed.
            self._history.stale = self._history.stale or ended
            raise
        return brought

    def _set_aside(self, number: int, error: Exception) -> None:
        # The ledger holds what will not be on record.
        self._history.stale = True
        try:
            set_aside(self._journal, number, type(error).__name__)
        except sqlite3.Error as failed:
            _LOG.error("the journal does not take a mark: %s", type(failed).__name__)

    def _tidy(self, *, idle: bool) -> None:
        try:
            self._journal.tidy(idle=idle)
        except sqlite3.Error as error:
            _LOG.warning("the journal cannot be tidied: %s", type(error).__name__)
