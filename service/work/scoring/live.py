"""Scores payments as they come: what has arrived together becomes one look at the history and one transaction.

Order of things, so that a crash at any moment loses nothing and doubles nothing: payments are sorted out against what
is on record, new ones are put into the ledger in memory, all are scored as of their own moments, and one transaction
keeps facts, scores and events. Only then is anybody answered. Whoever got no answer sends again, and finds the payment
on record with its score, or not at all.

With a journal that transaction is one of the journal's, and a thread brings what it holds into the database a moment
later (`keeper`). A payment that is sent again meanwhile waits for that. What is not simply new (late, or on record
without a score) takes the long way.
"""

from __future__ import annotations

import datetime as dt
import logging
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from service.clock import micros
from service.store import awaiting, scores
from service.store.journal import Journal
from service.work.facts import follow_live
from service.work.facts.accept import accept
from service.work.facts.history import AT_ONCE, History
from service.work.runs.ask import ask
from service.work.scoring import kept
from service.work.scoring.answer import told, waits
from service.work.scoring.asked import Answered, Asked, UnavailableError
from service.work.scoring.bring import LIVE
from service.work.scoring.keeper import BACKLOG, Keeper
from service.work.scoring.kept import Made
from service.work.scoring.model import InForce, ModelInForce
from service.work.scoring.payments import payments_at, row_numbers
from service.work.scoring.recover import recover
from service.work.scoring.score_rows import score_rows
from service.work.scoring.sort_out import AHEAD_US, Sorted, some, sort_out
from service.work.scoring.taken import Taken, entry_of

if TYPE_CHECKING:
    import pyarrow as pa

    from service.work.context import Context

_LOG = logging.getLogger("mingbai.scorer")

TRIES: Final = 3
"""Times a batch is sorted out anew because somebody put one of its payments on record at the same moment."""

OWN_SECONDS: Final = 1.0
"""So long a batch waits for the scorer before this one to give the journal away: it has answered all it had by then."""

SETTLE_SECONDS: Final = 5.0
"""So long a payment that is sent again waits until it is in the database."""


class _Raced(Exception):
    """A payment came on record between sorting out and keeping."""


class LiveScorer:
    """The one that scores single payments. One thread uses it; see `service.running.scorer` for the process."""

    def __init__(self, context: Context, journal: Journal | None = None) -> None:
        """Ready after `open`. `journal` is one that is owned by nobody else for long."""
        self._context = self.context = context
        self._journal = journal
        self._keeper: Keeper | None = None
        self._reader = context.database.reader()
        self.history = History(context)
        self.model = ModelInForce(context)
        self._some_wait = False
        self._texts: set[str] = set()

    def open(self) -> None:
        """Make the history from the database, and score what waits for it."""
        self._take_over()
        if self._keeper is not None:
            self._keeper.settle(SETTLE_SECONDS)
        self.history.build()
        if not self.history.lacking:
            self.score_waiting()

    def keep_up(self) -> None:
        """Take facts others sent, and score what waited for them. To be called while nobody asks."""
        self._take_over()
        if self.history.lacking:
            # Nothing is scored before the tables are there: made as a whole they take the least time.
            if self.history.is_behind():
                self.open()
            return
        if self.history.catch_up(AT_ONCE).rows:
            # Else the next payment would find the indexes behind.
            self.history.ledger.catch_up()
        if self._some_wait and not self.history.stale:
            self.score_waiting()
            self._some_wait = self.history.is_behind()

    def warm_up(self) -> None:
        """Look at one payment as if it were asked for, so that the first one asked for finds everything made."""
        from models.scoring.few import warm_up

        ledger = self.history.ledger
        if not self.history.lacking and ledger.tables["disbursements"].rows:
            warm_up(ledger, self.model.look(ledger).bundle, self._context.policy)

    def state(self) -> dict[str, Any]:
        """How it stands: for readiness and for the log."""
        found = self.model.look(self.history.ledger) if not self.history.lacking else None
        return {
            "ready": not self.history.lacking,
            "lacking": list(self.history.lacking),
            "stale": self.history.stale,
            "fact_seq": self.history.whole,
            "payments": self.history.ledger.tables["disbursements"].rows,
            "model_version": found.bundle.version if found else None,
            "degraded": list(found.degraded) if found and found.degraded else None,
            "journalled": self._keeper.rows if self._keeper is not None else 0,
        }

    def close(self, seconds: float) -> None:
        """Bring what was answered into the database, as far as it goes in this time, and give the journal away."""
        if self._keeper is not None:
            self._keeper.close(seconds)
            self._keeper = None
        if self._journal is not None:
            self._journal.close()
        self._reader.close()

    def _take_over(self, seconds: float = 0.0) -> bool:
        """Own the journal, with all it held in the database; False while another process owns it still."""
        journal = self._journal
        if journal is None or self._keeper is not None:
            return True
        end = time.monotonic() + seconds
        while not journal.own():
            if time.monotonic() >= end:
                return False
            time.sleep(0.01)
        recover(self._context, journal)
        self._keeper = Keeper(self._context, journal, self.history, self._texts)
        return True

    def answer(self, asked: Sequence[Asked]) -> list[Answered]:
        """Answer several calls with one look and one transaction. Raises UnavailableError when nothing is scored now.

        Nothing of a batch is answered before all of it is kept.
        """
        import pyarrow as pa

        rows = pa.concat_tables([pa.Table.from_batches([one.rows]) for one in asked], promote_options="default")
        starts = _starts(asked)
        # One call is submitted after the other, as they came: so its payments see those of the calls before.
        stamp = {
            start + i: number for number, (one, start) in enumerate(zip(asked, starts, strict=True)) for i in one.stamp
        }
        source = follow_live.LIVE + ",".join(sorted({one.who for one in asked}))
        for _ in range(TRIES):
            try:
                self._make_sure()
                answers, texts, degraded = self._answer(rows, stamp, source)
            except _Raced:
                continue
            except UnavailableError:
                raise
            except Exception as error:
                # What was put into the ledger may not be on record: the next history will not hold it.
                self.history.stale = True
                if not isinstance(error, SQLAlchemyError | sqlite3.Error):
                    raise
                _LOG.error("the database does not take scores: %s", type(error).__name__)
                raise UnavailableError(
                    "database-away", "The database does not answer at the moment.", "数据库暂时没有响应。", 2
                ) from error
            return [
                Answered(answers[start : start + one.rows.num_rows], texts, degraded)
                for one, start in zip(asked, starts, strict=True)
            ]
        raise UnavailableError(
            "busy", "The same payments are being taken elsewhere at this moment.", "相同的发放明细正在别处接收。", 1
        )

    def _make_sure(self) -> None:
        """Raises UnavailableError where what is answered now could not be kept."""
        if not self._take_over(OWN_SECONDS):
            raise UnavailableError("scorer-away", "Another scorer is ending at the moment.", "评分进程正在交接。", 1)
        if self._keeper is not None and self._keeper.rows >= BACKLOG:
            raise UnavailableError(
                "database-away", "The database is behind with what was answered.", "数据库正在追赶已答复的明细。", 2
            )

    def _answer(
        self, rows: pa.Table, stamp: Mapping[int, int], source: str
    ) -> tuple[list[Mapping[str, Any]], dict[str, str], tuple[str, str] | None]:
        history = self.history
        with self._reader.read() as connection:
            history.catch_up(AT_ONCE, connection)
            if history.lacking:
                raise _lacking(history.lacking)
            now, found = self._sort_out(connection, rows, stamp)
        if self._keeper is not None and self._keeper.holds(found.hashes.keys):
            # Sent again before it was in the database.
            self._keeper.settle(SETTLE_SECONDS)
            raise _Raced
        late, numbers = self._put_in(found)
        places = sorted({*found.new, *found.known} - late)
        unknown = [i for i in places if i not in numbers]
        if unknown:
            ids = found.rows.column("disbursement_id").to_pylist()
            there = row_numbers(history.ledger, [ids[i] for i in unknown], [found.known_at[i] for i in unknown])
            numbers |= dict(zip(unknown, there.tolist(), strict=True))
        # On record, but the ledger does not hold it: it came late, and the next history will.
        late |= {i for i in places if numbers[i] < 0}
        places = [i for i in places if i not in late]
        self._some_wait = self._some_wait or bool(late)
        model = self.model.look(history.ledger)
        made = Made(kind="before", made_by=LIVE, fact_seq=history.whole, at=now, degraded=model.degraded is not None)
        scored = self._score(model, [numbers[i] for i in places], found, places, made)
        self._keep(found, [row for _, row in scored], late, source)
        return self._told(found, dict(scored), late, model)

    def _sort_out(self, connection: Connection, rows: pa.Table, stamp: Mapping[int, int]) -> tuple[dt.datetime, Sorted]:
        """This moment, and what each payment is."""
        now = self._context.clock.now()
        now_us = micros(now)
        known = self.history.ledger.tables["disbursements"].known_at
        last = int(known[-1]) if len(known) else now_us
        # A clock that is set back a little must not make payments late that are submitted now. After a leap back they
        # are late, once: the next history does not know what lies ahead.
        stamp_us = max(now_us, last) if last <= now_us + AHEAD_US else now_us
        return now, sort_out(self._context, connection, rows, stamp, now_us, stamp_us)

    def _put_in(self, found: Sorted) -> tuple[set[int], dict[int, int]]:
        """Put new payments into the ledger; the positions of those that came late, and by position the rows of the
        others."""
        import pyarrow.compute as pc

        if not found.new:
            return set(), {}
        table = self.history.ledger.tables["disbursements"]
        rows = some(found.rows, found.new)
        empty = [n for n in rows.column_names if not table.has(n) and rows.column(n).null_count == rows.num_rows]
        late, placed = self.history.append("disbursements", rows.drop_columns(empty) if empty else rows)
        numbers = {found.new[place]: number for place, number in placed.items()}
        if late is None:
            return set(), numbers
        ids = pc.is_in(found.rows.column("disbursement_id"), value_set=late.column("disbursement_id")).to_pylist()
        self.history.stale = True
        return {i for i in found.new if ids[i]}, numbers

    def _score(
        self, model: InForce, numbers: list[int], found: Sorted, places: list[int], made: Made
    ) -> list[tuple[int, dict[str, Any]]]:
        """Scores of payments in the ledger, each as of its own moment, as rows to be kept, with their positions."""
        import numpy as np

        if not places:
            return []
        at = np.array([found.known_at[i] for i in places], np.int64)
        lines = score_rows(self._context, self.history, model, np.array(numbers, np.int64), at)
        payments = some(found.rows, places)
        return list(zip(places, kept.rows_of(self._context, lines, payments, made), strict=True))

    def _keep(self, found: Sorted, scored: list[dict[str, Any]], late: set[int], source: str) -> None:
        """Keep facts, scores and events in one transaction. Raises _Raced when a payment came on record meanwhile."""
        from features.contract import TABLES

        if not found.new and not scored and not late:
            return
        if self._keeper is not None and self._journal is not None and not found.known and not late:
            taken = Taken(*found.taken(), scored, source)
            number = self._journal.add(entry_of(self._context, taken, self._texts))
            self._keeper.take(replace(taken, number=number))
            return
        with self._context.database.write() as connection:
            if found.new:
                rows, hashes = found.taken()
                took = accept(
                    self._context,
                    connection,
                    TABLES["disbursements"],
                    rows,
                    hashes,
                    source=source,
                    new_after=self.history.newest,
                    follow=False,
                )
                if took.repeated or took.conflicts:
                    raise _Raced
                if took.seq is not None and not late:
                    self.history.put_on_record(took.seq)
            if found.known:
                scored = self._not_kept(connection, scored)
            kept.keep(connection, scored, texts_kept=self._texts)
            ask(self._context, connection, scored)
            if late:
                ids = found.rows.column("disbursement_id").to_pylist()
                awaiting.add(connection, [ids[i] for i in sorted(late)], "late", self._context.clock.now())
        self._texts.update(row["not_applicable"] for row in scored)

    def _not_kept(self, connection: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows nobody else kept meanwhile: payments that were on record may be asked for in two places at once, and
        make one event."""
        self._context.database.alone(connection, "facts")
        there = scores.made(connection, [row["disbursement_id"] for row in rows], LIVE)
        return [row for row in rows if (row["disbursement_id"], row["as_of"]) not in there]

    def _told(
        self, found: Sorted, scored: dict[int, dict[str, Any]], late: set[int], model: InForce
    ) -> tuple[list[Mapping[str, Any]], dict[str, str], tuple[str, str] | None]:
        ids = found.rows.column("disbursement_id").to_pylist()
        texts: dict[str, str] = {}
        answers: list[Mapping[str, Any]] = []
        for i, one in enumerate(ids):
            own = found.same.get(i, i)
            row = scored.get(own) or found.scored.get(own)
            if own in found.refused:
                answers.append(found.refused[own])
            elif row is None or own in late:
                answers.append(waits(one))
            else:
                texts[row["not_applicable"]] = row["not_applicable_text"]
                answers.append(told(self._context, row, seen_before=own in found.scored))
        return answers, texts, model.degraded

    def score_waiting(self) -> int:
        """Score payments that waited for a new history, each as of its own moment; how many there were."""
        import numpy as np

        self.history.catch_up()
        done = 0
        while True:
            with self._context.database.read() as connection:
                ids = awaiting.waiting(connection, 1000)
            ledger = self.history.ledger
            numbers = row_numbers(ledger, ids, [None] * len(ids))
            there = numbers[numbers >= 0].astype(np.int64)
            if not len(there):
                return done
            model = self.model.look(ledger)
            at = ledger.tables["disbursements"].known_at[there]
            lines = score_rows(self._context, self.history, model, there, at)
            made = Made(
                kind="before",
                made_by=LIVE,
                fact_seq=self.history.whole,
                at=self._context.clock.now(),
                degraded=model.degraded is not None,
            )
            rows = kept.rows_of(self._context, lines, payments_at(ledger, there), made)
            with self._context.database.write() as connection:
                rows = self._not_kept(connection, rows)
                kept.keep(connection, rows)
                ask(self._context, connection, rows)
                awaiting.done(connection, [one for one, number in zip(ids, numbers, strict=True) if number >= 0])
            done += len(rows)


def _lacking(tables: Sequence[str]) -> UnavailableError:
    names = ", ".join(tables)
    return UnavailableError(
        "facts-missing",
        f"No row of {names} was sent yet: payments cannot be compared with anything.",
        f"尚未报送 {names}：发放明细无从比对。",
        60,
    )


def _starts(asked: Sequence[Asked]) -> list[int]:
    """Where the rows of each call begin."""
    starts, start = [], 0
    for one in asked:
        starts.append(start)
        start += one.rows.num_rows
    return starts
