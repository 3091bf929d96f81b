"""All facts as a ledger, opened from the database and kept current: what scoring looks back on.

Nothing of it is ever written to disk: rows hold identity numbers, and at rest they are sealed. One thread uses a
`History`; a process that needs one keeps one. Another thread may say which batches hold what the ledger has
(`put_on_record`, `forget`).
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection

from service.clock import micros
from service.store import facts
from service.work.facts.batches import opened, read_after

if TYPE_CHECKING:
    import pyarrow as pa

    from features.asof.live import LiveLedger
    from service.work.context import Context

_LOG = logging.getLogger("mingbai.history")

AHEAD: Final = dt.timedelta(minutes=5)
"""A row whose clock is further ahead than this is not known yet. It waits until its moment comes: one row with a
mistyped year must not make everything after it late."""

AT_ONCE: Final = 20_000
"""Rows taken at one time where somebody may ask for a payment meanwhile: it waits no longer than these take."""


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What became known: rows by table, and whether the ledger must be made anew to hold all that is on record."""

    rows: dict[str, int]
    stale: bool


class History:
    """A ledger over every fact on record.

    * `ledger`: take it anew after `build`
    * `seq`: the newest batch that was looked at; `newest`: the newest on record when it last looked
    * `whole`: everything up to this batch is in the ledger; below `seq` when rows came late
    * `stale`: the ledger must be made anew: rows came late, or reference data was corrected
    * `lacking`: required tables of which no row was ever sent; without them nothing can be scored
    """

    def __init__(self, context: Context) -> None:
        """Empty until `build`."""
        self._context = context
        self._own: set[int] = set()
        self._own_lock = threading.Lock()
        self._ahead: dict[str, list[pa.Table]] = {}
        self._ahead_from: int | None = None
        self.ledger: LiveLedger = _ledger({}, context)
        self.seq = 0
        self.newest = 0
        self.whole = 0
        self.stale = False
        self.lacking: tuple[str, ...] = ()

    @classmethod
    def open(cls, context: Context) -> History:
        """A history with all that is on record."""
        found = cls(context)
        found.build()
        return found

    def build(self) -> None:
        """Make the ledger anew from the database."""
        parts: dict[str, list[pa.Table]] = defaultdict(list)
        seq = 0
        with self._context.database.read() as connection:
            for number, name, rows in read_after(self._context, connection, 0):
                parts[name].append(rows)
                seq = number
        self._ahead, self._ahead_from = {}, None
        self.ledger = _ledger(
            {name: self._known(name, _joined(name, parts.pop(name))) for name in list(parts)}, self._context
        )
        self.seq = self.newest = self.whole = seq
        self.stale = False
        with self._own_lock:
            self._own.clear()
        self._look_for_lacking()

    def is_behind(self) -> bool:
        """Whether something is on record that was not looked at."""
        with self._context.database.read() as connection:
            return facts.last_seq(connection) > self.seq

    def catch_up(self, most: int | None = None, connection: Connection | None = None) -> CaughtUp:
        """Take what was put on record since, by whomever; about `most` rows and the rest at the next call, or all.

        Reads through a connection that is given, else through one of its own.
        """
        parts: dict[str, list[pa.Table]] = defaultdict(list)
        before = self.seq
        if connection is not None:
            self._read_new(connection, parts, most)
        else:
            with self._context.database.read() as own:
                self._read_new(own, parts, most)
        due = self._due()
        for name, tables in due.items():
            parts[name] = [*tables, *parts.get(name, [])]
        if not parts:
            self._advance(before)
            return CaughtUp({}, self.stale)
        fresh = {name: self._known(name, _joined(name, tables)) for name, tables in parts.items()}
        done = self.ledger.append({name: rows for name, rows in fresh.items() if rows.num_rows})
        if done.late or done.conflicts:
            self.stale = True
            _LOG.info(
                "history: rows came late or corrected reference data, in %s", sorted({*done.late, *done.conflicts})
            )
        self._advance(before)
        if self.lacking:
            self._look_for_lacking()
        return CaughtUp({name: len(rows) for name, rows in done.rows.items()}, self.stale)

    def _read_new(self, connection: Connection, parts: dict[str, list[pa.Table]], most: int | None) -> None:
        """Read what others put on record since, at most about `most` rows of it."""
        last = self.newest = facts.last_seq(connection)
        with self._own_lock:
            # Of a transaction that has not ended there may be a batch nobody can read yet.
            own = {seq for seq in self._own if seq <= last}
            if last - self.seq == len(own):
                # All of it is this process's own, and in the ledger: the usual case while payments come in.
                self.seq = last
                self._own -= own
                return
        for row in facts.batches_after(connection, self.seq):
            self.seq = int(row["seq"])
            with self._own_lock:
                if self.seq in self._own:
                    self._own.discard(self.seq)
                    continue
            rows = opened(self._context, row["content"])
            parts[str(row["table_name"])].append(rows)
            if most is not None and (most := most - rows.num_rows) <= 0:
                return

    def append(self, table: str, rows: pa.Table) -> tuple[pa.Table | None, dict[int, int]]:
        """Take rows that this process is about to put on record; gives those that came late and were not taken, and by
        place among `rows` the numbers of those that were new."""
        done = self.ledger.append({table: rows})
        numbers = dict(zip(done.places.get(table, ()), done.rows.get(table, ()), strict=True))
        return done.late.get(table), numbers

    def put_on_record(self, seq: int) -> None:
        """Say that a batch is one that `append` took, before anybody can read it."""
        with self._own_lock:
            self._own.add(seq)

    def forget(self, seqs: Iterable[int]) -> None:
        """Say that batches did not come on record after all: others may take their numbers."""
        with self._own_lock:
            self._own.difference_update(seqs)

    def _advance(self, before: int) -> None:
        """All that was looked at is in the ledger, unless it is stale since then."""
        if not self.stale:
            self.whole = self.seq
        elif self.whole > before:
            self.whole = before

    def _look_for_lacking(self) -> None:
        from features.contract import TABLES

        required = [name for name, table in TABLES.items() if table.required and name != "disbursements"]
        self.lacking = tuple(name for name in required if self.ledger.tables[name].rows == 0)

    def _known(self, name: str, rows: pa.Table) -> pa.Table:
        """The rows without those whose moment has not come, which are kept for later."""
        import pyarrow.compute as pc

        known = _clock_of(name, rows, self._context.policy.utc_offset_hours)
        if known is None:
            return rows
        # A row without a clock was always known.
        ahead = pc.fill_null(pc.greater(known, micros(self._context.clock.now() + AHEAD)), False)
        if not pc.any(ahead).as_py():
            return rows
        later = rows.filter(ahead)
        self._ahead.setdefault(name, []).append(later)
        first = int(pc.min(known.filter(ahead)).as_py())
        self._ahead_from = first if self._ahead_from is None else min(first, self._ahead_from)
        return rows.filter(pc.invert(ahead))

    def _due(self) -> dict[str, list[pa.Table]]:
        """Rows that waited for their moment; those whose moment has still not come are set aside again."""
        if self._ahead_from is None or self._ahead_from > micros(self._context.clock.now() + AHEAD):
            return {}
        waiting, self._ahead, self._ahead_from = self._ahead, {}, None
        return waiting


def _ledger(tables: dict[str, pa.Table], context: Context) -> LiveLedger:
    """A ledger over tables in memory; a required table nobody sent is there without rows."""
    from features.asof._cache import Cache
    from features.asof.live import LiveLedger
    from features.contract import TABLES
    from features.intake._types import canonical_schema

    for name, table in TABLES.items():
        if table.required and name not in tables:
            tables[name] = canonical_schema(table, {c.name for c in table.columns if c.required}).empty_table()
    return LiveLedger(tables, utc_offset_hours=context.policy.utc_offset_hours, cache=Cache(None))


def _joined(name: str, parts: list[pa.Table]) -> pa.Table:
    """Batches of one table as one, in order; of reference data without a clock what stands of each key."""
    import pyarrow as pa

    from features.contract import EVERY_TABLE

    rows = pa.concat_tables(parts, promote_options="default").combine_chunks()
    table = EVERY_TABLE[name]
    if table.clock is not None or not table.key:
        return rows
    last: dict[tuple[object, ...], int] = {}
    keys = zip(*(rows.column(column).to_pylist() for column in table.key), strict=True)
    for place, key in enumerate(keys):
        last[key] = place
    return rows if len(last) == rows.num_rows else rows.take(pa.array(sorted(last.values()), pa.int64()))


def _clock_of(name: str, rows: pa.Table, utc_offset_hours: float) -> pa.ChunkedArray | None:
    """When each row became known, microseconds UTC; None for a table without a clock."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from features.contract import EVERY_TABLE

    clock = EVERY_TABLE[name].clock
    if clock is None or clock not in rows.column_names:
        return None
    values = rows.column(clock)
    if pa.types.is_date32(values.type):
        days = values.cast(pa.int32()).cast(pa.int64())
        return pc.subtract(pc.multiply(days, 86_400_000_000), int(utc_offset_hours * 3_600_000_000))
    return values.cast(pa.int64())
