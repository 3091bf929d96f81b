"""Payments that arrive quietly are put into all indexes of their table at once (`features.asof._follow_kernels`).

What it does is what `LiveTable.catch_up` does, array by array the same; it asks nothing that need not be asked while
nothing but payments came, later than all that was known (`LiveLedger.loud`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from features.asof import _follow_kernels as kernels
from features.asof._follow_kernels import ALONG_AT, ALONG_PLACES, AT, COPY, COUNTS, PLACES, PREVIOUS, TOTALS
from features.asof.growing import Growing
from features.asof.grows import ByRow
from features.asof.live_index import LiveIndex

if TYPE_CHECKING:
    from features.asof.live_table import LiveTable

Int64 = NDArray[np.int64]
ROOM = 1024
"""Groups of rows that arrived for which room is made at once, and moves told at once."""


class Makers(Protocol):
    """What makes derived columns of the rows that arrived, in place of their makers."""

    def make(self, table: LiveTable, first: int) -> None:
        """Make what can be made for the rows from `first` on, and say so in the columns' `Made`."""


class Follow:
    """The indexes and derived columns of one table, laid out for the kernels; laid out again when `shape` changed."""

    def __init__(self, table: LiveTable) -> None:
        self._table = table
        self._shape = self._first = self._moves_seen = -1
        self.seen = -1
        """The version of the ledger up to which everything has followed."""

    def run(self) -> bool:
        """Follow the payments that arrived; false where that takes `LiveTable.catch_up`."""
        table, ledger = self._table, self._table.ledger
        if self.seen == ledger.version:
            return True
        if self.seen < 0 or ledger.loud > self.seen or self._shape != ledger.shape:
            return False
        first = self._first
        for k, index in enumerate(self._indexes):
            if index._count != first:  # Somebody asked for this one before.
                if index._count != table.rows:
                    return False
                self._describe(k, index)
        self._types()
        self._insert(self._declared, first)
        self._make_alone(first)
        if table.makers is not None:
            table.makers.make(table, first)
        for name, made in list(table.made.items()):
            if made.version != ledger.version:
                table.derived(name, made.make)
        if self._shape != ledger.shape or any(index._moved for index in self._indexes):
            return False  # Something was made again as a whole.
        self._types()
        self._insert(self._derived, first)
        self._extend(first)
        for index in self._indexes:
            index.version = ledger.version
        self.seen, self._first = ledger.version, table.rows
        return self._shape == ledger.shape

    def _make_alone(self, first: int) -> None:
        """Columns that know at once what a row is worth that is the only one of its moment."""
        table = self._table
        known = table.known_at[first - 1 :]
        if len(known) > 2 and not (known[1:] > known[:-1]).all():
            return
        rows = np.arange(first, table.rows)
        for name, alone in self._alone:
            table.put_in(name, first, alone(rows))

    def caught_up(self) -> None:
        """`LiveTable.catch_up` brought everything up to date: from here on it can be followed."""
        if self._table._known is not None:  # Else no payment arrived yet.
            self._lay_out()
            self.seen, self._first = self._table.ledger.version, self._table.rows

    def compile(self) -> None:
        """Have the passes compiled, by asking them for nothing: the first time on a machine that takes seconds."""
        nothing = np.empty(0, np.int64)
        kernels.insert_all(nothing, self._by_index, self._by_along, self._addresses(), 0, 0, self._moves)
        kernels.extend_all(nothing, self._by_index, self._by_along, self._addresses(), 0, 0)

    def _types(self) -> None:
        """Columns in other types, as far as their values are there."""
        table = self._table
        for name, kind in self._typed:
            made = table._made.get(name)
            if made is None or made.version == table.ledger.version:
                table._as(name, kind)

    def _lay_out(self) -> None:
        """Describe every index and what lies along with it."""
        table = self._table
        self._indexes = list(table._live.values())
        self._columns: dict[int, Growing] = {}
        self._along: list[tuple[LiveIndex, dict[str, tuple[Growing, int]], str, Growing]] = []
        self._by_index = np.zeros((len(self._indexes), len(PLACES)), np.int64)
        along: list[list[int]] = []
        declared: list[int] = []
        derived: list[int] = []
        for k, index in enumerate(self._indexes):
            known = all(table.schema_has(c) for c in index._columns)
            if len(index._columns) <= 3 and index._group_of is None:
                (declared if known else derived).append(k)
            begin = len(along)
            along += self._along_of(index, k)
            self._by_index[k, AT["ALONG"]], self._by_index[k, AT["ALONG_END"]] = begin, len(along)
            self._describe(k, index)
        self._declared, self._derived = (np.array(part, np.int64) for part in (declared, derived))
        self._by_along = np.array(along, np.int64).reshape(-1, len(ALONG_PLACES))
        self._growing = list(self._columns.values())
        self._moves = np.empty((ROOM, 4), np.int32)
        parts = (key.partition(" as ") for key in table._grown_types)
        self._typed = [(name, np.dtype(kind)) for name, _, kind in parts]
        grown = {name: made.growth for name, made in table.made.items()}
        self._alone = [(n, g.alone) for n, g in grown.items() if isinstance(g, ByRow) and g.alone is not None]
        self._shape, self._moves_seen = table.ledger.shape, -1

    def _column(self, grown: Growing) -> int:
        """The number of a column among those the kernels read."""
        numbers = list(self._columns)
        if id(grown) not in self._columns:
            self._columns[id(grown)] = grown
            return len(numbers)
        return numbers.index(id(grown))

    def _grown(self, name: str, kind: type[np.generic]) -> Growing:
        """A column as one type."""
        return self._table.grown(name, np.dtype(kind))

    def _along_of(self, index: LiveIndex, k: int) -> list[list[int]]:
        found: list[list[int]] = []

        def add(kind: int, kept: dict[str, tuple[Growing, int]], of: str, column: Growing) -> None:
            array = kept[of][0]
            array.own()
            row = [0] * len(ALONG_PLACES)
            row[ALONG_AT["KIND"]], row[ALONG_AT["INDEX"]] = kind, k
            row[ALONG_AT["BYTES"]], row[ALONG_AT["COLUMN"]] = array.values.itemsize, self._column(column)
            found.append(row)
            self._along.append((index, kept, of, array))

        for of, (array, _) in index._totals.items():
            add(COUNTS if array.values.dtype == np.float32 else TOTALS, index._totals, of, self._grown(of, np.float64))
        for of in index._previous:
            add(PREVIOUS, index._previous, of, self._grown(of, np.int32))
        for of, (array, _) in index._along.items():
            add(COPY, index._along, of, self._grown(of, array.values.dtype.type))
        return found

    def _describe(self, k: int, index: LiveIndex) -> None:
        """The addresses of one index; again whenever Python made room in it."""
        d = self._by_index[k]
        if len(index._groups) + ROOM > index._groups.room:
            size = len(index._groups)
            index._groups.resize(size + 2 * ROOM)
            index._groups.resize(size)
        for grown in (index._starts, index._ends, index._rows, index._keys):
            grown.own()
        index.rows, index.starts, index.ends = index._rows.values, index._starts.values, index._ends.values
        d[AT["WIDTH"]] = len(index._columns)
        for c, name in enumerate(index._columns[:3]):
            d[AT["COLUMN0"] + c] = self._column(self._grown(name, np.int32))
        d[AT["STARTS"]], d[AT["ENDS"]] = index._starts.address, index._ends.address
        d[AT["CAPACITY"]], d[AT["SIZE"]] = min(index._starts.room, index._ends.room), index.size
        d[AT["ROWS"]], d[AT["ROOM"]] = index._rows.address, len(index._rows)
        d[AT["USED"]], d[AT["BASE"]] = index._used, index._base
        for place, part in zip(("ONE", "ONE_VALUES", "TWO", "TWO_VALUES"), index._finer, strict=True):
            d[AT[place]] = part.__array_interface__["data"][0]
        d[AT["ONE_SIZE"]], d[AT["TWO_SIZE"]] = len(index._finer[0]), len(index._finer[2])
        d[AT["SLOTS"]] = index._slots.__array_interface__["data"][0]
        d[AT["SLOTS_SIZE"]], d[AT["KEYS"]] = len(index._slots), index._keys.address
        d[AT["KEYS_SIZE"]], d[AT["KEYS_ROOM"]] = len(index._keys), index._keys.room
        d[AT["BASE_SIZE"]], d[AT["GROUPS"]] = index._base_size, index._groups.address
        d[AT["GROUPS_ROOM"]], d[AT["GROUPS_FIRST"]] = index._groups.room, index._first
        # Where replaced rows stand may be asked for at any time from now on.
        d[AT["MOVED"]] = int(self._table.has_versions)
        d[AT["GREW"]] = 0

    def _addresses(self) -> Int64:
        """Where the columns lie; where what lies along does is put down too."""
        if self._moves_seen != Growing.moves:
            self._by_along[:, ALONG_AT["ARRAY"]] = [array.address for _, _, _, array in self._along]
            self._lie = np.array([grown.address for grown in self._growing], np.int64)
            self._moves_seen = Growing.moves
        return self._lie

    def _insert(self, which: Int64, first: int) -> None:
        """Put the rows from `first` on into some of the indexes."""
        table, by_index = self._table, self._by_index
        n = table.rows - first
        which = np.array([k for k in which.tolist() if self._indexes[k]._count == first], np.int64)
        moved = kernels.insert_all(which, by_index, self._by_along, self._addresses(), first, n, self._moves)
        for k, start, end, to in self._moves[:moved].tolist():
            self._indexes[k].follow_replaced([[start, end, to]])
        done, used, grew = (by_index[:, AT[name]].tolist() for name in ("DONE", "USED", "GREW"))
        for k in which.tolist():
            index = self._indexes[k]
            index._count = first + done[k]
            index._groups.resize(index._count - index._first)
            index._used = used[k]
            if grew[k]:
                self._widen(k, index)
            if done[k] < n:
                index.catch_up()
                self._describe(k, index)

    def _widen(self, k: int, index: LiveIndex) -> None:
        """Groups came into being."""
        d = self._by_index[k]
        size = int(d[AT["SIZE"]])
        index._starts.resize(size)
        index._ends.resize(size)
        index._keys.resize(int(d[AT["KEYS_SIZE"]]))
        index.starts, index.ends, index.size = index._starts.values, index._ends.values, size
        d[AT["GREW"]] = 0

    def _extend(self, first: int) -> None:
        """What lies along with the rows."""
        table = self._table
        n = table.rows - first
        for index in self._indexes:
            if index._count < table.rows:
                index.catch_up()
        which = np.array(
            [k for k, (_, kept, of, array) in enumerate(self._along) if kept[of] == (array, first)], np.int64
        )
        stopped = kernels.extend_all(which, self._by_index, self._by_along, self._addresses(), first, n)
        for k in which.tolist():
            _, kept, of, array = self._along[k]
            if not stopped or not self._by_along[k, ALONG_AT["STOPPED"]]:
                kept[of] = array, table.rows
        if stopped or len(which) < len(self._along):
            for index in self._indexes:
                index.catch_up_along()
