"""Group indexes and identifier spaces of a ledger as recorded features see them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from features.asof import _live_kernels as live
from features.asof.group_index import GroupIndex
from features.asof.growing import Growing
from features.asof.live_index import LiveIndex
from features.recorded import _words as words
from features.recorded._calls import call
from features.recorded._codes import CODE
from features.recorded._homes import Home, grown_of_index, home_of, home_of_kept, spaces
from features.recorded._leaves import Leaf
from features.recorded._recorder import CannotRecordError
from features.recorded._values import LeafLength, Traced, as_kind, length

if TYPE_CHECKING:
    from features.recorded._ledger import RecordingLedger, RecordingTable

ALONG = "along "
"""Begins what is noted in `RecordingTable.asked` of what lies along with an index, or of one over derived columns."""


class RecordingVocabulary:
    """Stands for an identifier space."""

    def __init__(self, ledger: RecordingLedger, entity: str) -> None:
        self._ledger = ledger
        self._entity = entity

    def recorded_length(self) -> Traced:
        """Number of identifiers."""
        real, key = self._ledger.real, ("vocabulary", self._entity)
        return self._ledger.number(key, lambda: len(real.vocabulary(self._entity)), spaces(self._entity))


class RecordingIndex:
    """Stands for a group index, of a table or kept with one."""

    def __init__(
        self,
        ledger: RecordingLedger,
        key: tuple[Any, ...],
        resolve: Callable[[], GroupIndex],
        table: RecordingTable | None = None,
        home: Home | None = None,
    ) -> None:
        self.ledger = ledger
        self.key = key
        self.resolve = resolve
        self.table = table
        self.home = home

    def _leaf(self, part: Any, resolve: Callable[[], NDArray[Any]], *held: str, column: str = "") -> Leaf:
        if self.home and (column or self.table is None):
            self.ledger.tables[self.home.table].asked.add(f"{ALONG}{part}")
        own = self.table is not None and (not column or self.table.declares(column))
        name = self.table.name if self.table and own else None
        home = self.home
        if home is not None and column:
            own_home = home_of(self.ledger.real.tables.get(home.table), column)
            home = None if own_home is None else Home(home.table, home.spaces | own_home.spaces)
        grown = partial(self._held, *held) if held else None
        return Leaf(self.ledger.recorder, (*self.key, part), resolve, name, home, grown)

    def _held(self, part: str, of: str = "") -> Growing | bool | None:
        return True if part == "fixed" else grown_of_index(self.resolve(), part, of)

    @property
    def starts(self) -> Leaf:
        """Where each group's rows begin."""
        return self._leaf("starts", lambda: self.resolve().starts, "starts")

    @property
    def ends(self) -> Leaf:
        """Where each group's rows end."""
        return self._leaf("ends", lambda: self.resolve().ends, "ends")

    @property
    def rows(self) -> Leaf:
        """Row numbers by group."""
        return self._leaf("rows", lambda: self.resolve().rows, "rows")

    @property
    def size(self) -> LeafLength:
        """Number of groups."""
        found = self.starts.length()
        return LeafLength(found.recorder, found.reg, found.value, lambda: self.resolve().size)

    def firsts(self, groups: Traced) -> Traced:
        """The first row of each query's group, -1 for a group of -1."""
        if not self.size or not self.rows.length():
            return words.full(length(groups), -1, np.int64)  # type: ignore[no-any-return]
        place = words.ufunc(np.maximum, groups, 0)
        found = words.where(groups >= 0, self.rows[self.starts[place]], -1)
        return found.astype(np.int64)  # type: ignore[no-any-return]

    def places(self, groups: Any, rows: Any) -> Any:
        """Position in `rows` of each of these rows of a live ledger, which stand in the groups given; -1 in none."""
        if self.home is None:
            raise CannotRecordError("places in an index that takes no rows")
        rank = self.ledger.tables[self.home.table].rank
        asked = words.asarray(rows, np.int64), words.asarray(groups, np.int32)
        return call(live.places_of, *asked, self.starts, self.ends, self.rows, rank)

    def packed(self) -> tuple[Leaf, Leaf]:
        """Offsets and row numbers without gaps."""
        offsets = self._leaf(("packed", 0), lambda: self.resolve().packed()[0])
        return offsets, self._leaf(("packed", 1), lambda: self.resolve().packed()[1])

    def totals(self, of: str, values: Callable[[], Leaf]) -> Leaf:
        """Running totals of a column inside each group."""
        column = values()
        return self._leaf(("totals", of), lambda: self.resolve().totals(of, column.resolve), "totals", of, column=of)

    def previous(self, of: str, codes: Callable[[], Leaf]) -> Leaf:
        """Positions of the row before with the same code."""
        column = codes()
        return self._leaf(
            ("previous", of), lambda: self.resolve().previous(of, column.resolve), "previous", of, column=of
        )

    def along(self, of: str, values: Callable[[], Leaf]) -> Leaf:
        """A column laid out as `rows` is."""
        column = values()
        return self._leaf(("along", of), lambda: self.resolve().along(of, column.resolve), "along", of, column=of)

    def replaced(self, superseded: Leaf) -> Leaf:
        """Positions of rows that are replaced at some time; none where `superseded` is without rows."""

        def resolve() -> NDArray[Any]:
            gone = superseded.resolve()
            return self.resolve().replaced(lambda: gone) if len(gone) else np.empty(0, np.int32)

        found = self._leaf("replaced", resolve)
        found.grown = lambda: not len(superseded.resolve()) or None  # Nothing was ever replaced.
        return found

    def memoised(self, key: Any, make: Callable[[], Any]) -> Any:
        """What is kept with the index under a key; it was made before anything is recorded."""

        resolve = self.ledger.recorder.asked_once(
            (*self.key, "memo", key), lambda: self.resolve().memoised(key, lambda: _not_made(key))
        )
        kept = resolve()
        reads = getattr(self.resolve(), "memo_reads", lambda _: ["?"])(key)
        home = home_of_kept(self.ledger.real, self.home.table if self.home else None, reads)
        return self.ledger.wrapped(kept, (*self.key, "memo", key), resolve, home)

    def _finer(self, step: int) -> tuple[Leaf, Leaf]:
        starts = self._leaf(("finer starts", step), lambda: self.resolve()._steps[step][0], "fixed")
        return starts, self._leaf(("finer values", step), lambda: self.resolve()._steps[step][1], "fixed")

    def lookup(self, keys: Sequence[Any]) -> Traced:
        """Group number of each query key tuple, -1 where there is no such group."""
        recorder = self.ledger.recorder
        regs = [as_kind(k, "i") for k in keys]
        if len(keys) == 1:
            reg = recorder.emit(CODE["GROUP"], {2: regs[0], 3: self.starts.number}, (regs[0],))[0]
        else:
            reg = regs[0]
        for step, column in enumerate(regs[1:]):
            starts, values = self._finer(step)
            places = {2: reg, 3: starts.number, 4: values.number, 5: column}
            reg = recorder.emit(CODE["DESCEND"], places, (reg, column))[0]
        if len(keys) > 1 and isinstance(self.resolve(), LiveIndex):
            reg = self._arrived(reg, tuple(regs))
        return Traced(recorder, reg, self.resolve().lookup([np.asarray(k.value, dtype=np.int64) for k in keys]))

    def _arrived(self, reg: int, keys: tuple[int, ...]) -> int:
        """The same with groups that came into being since the ledger was opened."""
        recorder = self.ledger.recorder
        slots = self._leaf("slots", lambda: self._live()._slots, "fixed")
        rows = self._leaf("keys", lambda: self._live()._keys.values.reshape(-1), "keys")
        base = self.ledger.number((*self.key, "base"), lambda: self._live()._base_size, fixed=True)
        places = {2: reg, 3: slots.number, 4: rows.number, 5: base.reg, 7: len(keys)}
        return recorder.emit(CODE["ARRIVED"], places, (reg, base.reg, *keys), extra=keys, extra_at=6)[0]

    def _live(self) -> LiveIndex:
        found = self.resolve()
        if not isinstance(found, LiveIndex):
            raise CannotRecordError("an index that took rows takes none now")
        return found

    def under(self, first: Any) -> tuple[Traced, Traced]:
        """(query, value) of every value of the second key column that occurs with each code of the first."""
        starts, values = self._finer(0)
        codes = words.asarray(first, np.int64)
        there = (codes >= 0) & (codes < starts.length() - 1)
        place = words.where(there, codes, 0)
        begin = words.where(there, starts[place], 0)
        count = words.where(there, starts[place + 1], 0) - begin
        query = words.repeat(words.arange(length(codes)), count)
        inside = words.arange(length(query)) - words.repeat(words.cumsum(count) - count, count)
        return query, values[words.repeat(begin, count) + inside].astype(np.int64)


def _not_made(key: Any) -> Any:
    raise CannotRecordError(f"{key!r} is not kept with the index now")
