"""Groups that take rows: what a table was opened with, and what arrived since."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from features.asof import _live_kernels as live
from features.asof.group_index import GroupIndex, Keep, as_codes, grouped
from features.asof.growing import Growing

if TYPE_CHECKING:
    from features.asof.live_table import LiveTable

NO_CODES = np.empty(0, np.int32)
MOVES = 4096
"""Groups moved in one pass of the kernel."""
SPARE = 512
"""Places kept free at the end of `rows`."""
MOVES_ONE_BY_ONE = 64
"""More moves than this at once, and the list of replaced rows is made again."""


class LiveGroups(GroupIndex):
    """Groups of a `LiveTable`; `catch_up` puts in what arrived since it was last used.

    A group that is full moves to the end of `rows` with room for as many rows again, and the arrays kept along with
    it. Rows of one moment stand in order of their key, whatever order they came in.
    """

    def __init__(self, table: LiveTable, columns: tuple[str, ...], keep: Keep) -> None:
        self._table = table
        self._columns = columns
        self._groups = Growing(np.empty(0, np.int32))
        self._first = self._count = table.rows
        if table.rank.shape[0]:
            order = np.argsort(table.rank, kind="stable")
            made = grouped([as_codes(table.values_of(c))[order] for c in columns])
            made["rows"] = order[made["rows"]].astype(np.int32)
            super().__init__([lambda: np.empty(0, np.int32)] * len(columns), lambda part, _: made[part])
            self._keep = lambda _, make: make()
        else:
            super().__init__([partial(table.values_of, c) for c in columns], keep)
        self._base = self._used = len(self.rows)
        self._base_size = self.size
        self._starts = Growing(self.starts)
        self._ends = Growing(self.ends)
        self._rows = Growing(self.rows)
        self._keys = Growing(np.empty((0, len(columns)), np.int32))
        self._slots: NDArray[np.int32] = np.full(64, -1, np.int32)
        self._totals: dict[str, tuple[Growing, int]] = {}
        self._previous: dict[str, tuple[Growing, int]] = {}
        self._along: dict[str, tuple[Growing, int]] = {}
        self._replaced: tuple[NDArray[Any], int] | None = None
        self._moved: set[int] = set()
        self.version = -1
        self.derived = [c for c in columns if not table.schema_has(c)]
        self._finer = [NO_CODES] * 4
        for k, part in enumerate(part for step in self._steps for part in step):
            if k < len(self._finer):
                self._finer[k] = part
        self._group_of: Growing | None = None

    def catch_up(self) -> None:
        """Put rows that arrived since into their groups, and those whose key changed into others."""
        table = self._table
        if self._moved:
            self._move_rows()
        if self._count == table.rows:
            return
        keys = np.empty((len(self._columns), table.rows - self._count), np.int32)
        for k, column in enumerate(self._columns):
            keys[k] = table.values_of(column)[self._count :]
        groups = self._lookup_or_add(keys)
        self._insert(groups, self._count)
        self._groups.add(groups)
        if self._group_of is not None:
            self._group_of.add(groups)
        self._count = table.rows

    def _insert(self, groups: NDArray[np.int32], first: int) -> None:
        """Put rows `first`, ... into their groups."""
        if len(groups) == 1 and self._insert_last(int(groups[0]), first):
            return
        done, rank = 0, self._table.rank
        starts, ends = self._starts.own(), self._ends.own()
        moves = np.empty((min(MOVES, len(groups)), 3), np.int32)
        while done < len(groups):
            self.make_room()
            before = done
            done, self._used, moved, disordered = live.insert(
                groups, first, done, starts, ends, self._rows.values, self._base, self._used, rank, moves
            )
            if moved:
                self._follow(moves[:moved])
            if disordered:
                self._replaced = None
            if done == before and moved == 0:  # A group larger than the room: twice its size fits.
                g = groups[done]
                self._make_room(self._used + 4 * int(ends[g] - starts[g]) + 1024)
        self.rows, self.starts, self.ends = self._rows.values, starts, ends

    def _insert_last(self, group: int, row: int) -> bool:
        """Put one row at the end of its group, where that has a free place; whether it had."""
        if group < 0:
            return True
        starts, ends = self._starts.own(), self._ends.own()
        end = int(ends[group])
        start = int(starts[group])
        size = end - start
        full = size == 0 or start < self._base or (size >= live.LEAST and size & (size - 1) == 0)
        if full or len(self._table.rank):
            return False
        self._rows.own()[end] = row
        ends[group] = end + 1
        self.rows, self.starts, self.ends = self._rows.values, starts, ends
        return True

    def rekey(self, rows: NDArray[np.int64]) -> None:
        """The key of these rows may have changed."""
        self._moved |= set(rows[rows < self._count].tolist())
        self.version = -1

    def _move_rows(self) -> None:
        """Rows whose key changed leave their groups for others; what is kept along with the rows is made again."""
        if self._group_of is None:
            self._group_of = Growing(np.full(self._count, -1, dtype=np.int32))
            live.groups_of(self.starts, self.ends, self.rows, self._group_of.values)
        chosen = np.array(sorted(self._moved), dtype=np.int64)
        self._moved.clear()
        keys = np.array([self._table.values_of(c)[chosen] for c in self._columns], dtype=np.int32)
        groups = np.where(keys.min(axis=0) < 0, np.int32(-1), self._lookup_or_add(keys))
        own = self._group_of.own()
        starts, ends, rows = self._starts.own(), self._ends.own(), self._rows.own()
        changed = np.flatnonzero(groups != own[chosen])
        for k in changed.tolist():
            row, before = int(chosen[k]), int(own[chosen[k]])
            if before >= 0:
                live.take_out(row, before, starts, ends, rows, self._table.rank)
            own[row] = groups[k]
            if row >= self._first:
                self._groups.own()[row - self._first] = groups[k]
            self._insert(groups[k : k + 1], row)
            starts, ends, rows = self._starts.own(), self._ends.own(), self._rows.own()
        self.rows, self.starts, self.ends = rows, starts, ends
        if len(changed):
            self._table.ledger.shape += 1
            for kept in (self._totals, self._previous, self._along):
                kept.clear()
            self._replaced = None

    def make_room(self) -> None:
        """Have a few places free at the end of `rows`, or many."""
        if len(self._rows) - self._used < SPARE:
            # As much as every group that was there takes when it moves; pages nobody writes to cost nothing.
            self._make_room(self._used + max(2 * SPARE, 2 * self._base + live.LEAST * self.size, self._used // 4))

    def _make_room(self, size: int) -> None:
        before = len(self._rows)
        if size > before:
            self._rows.resize(size)
            for kept in (self._totals, self._previous, self._along):
                for array, _ in kept.values():
                    array.resize(size)

    def _follow(self, moves: NDArray[np.int32]) -> None:
        """Move what is kept along with the rows."""
        for start, end, to in moves.tolist():
            for array, _ in (*self._totals.values(), *self._along.values()):
                array.own()[to : to + end - start] = array.values[start:end]
            for array, _ in self._previous.values():
                before = array.own()[start:end]
                array.values[to : to + end - start] = np.where(before >= 0, before + (to - start), -1)
        self.follow_replaced(moves.tolist())

    def follow_replaced(self, moves: list[list[int]]) -> None:
        """Groups moved (from, until, to): replaced rows among them did too."""
        if self._replaced is None:
            return
        if len(moves) > MOVES_ONE_BY_ONE:
            self._replaced = None
            return
        places, seen = self._replaced
        for start, end, to in moves:
            lo, hi = np.searchsorted(places, (start, end))
            if lo < hi:
                places = np.concatenate([places[:lo], places[hi:], places[lo:hi] + (to - start)])
        self._replaced = places, seen

    def _lookup_or_add(self, keys: NDArray[np.int32]) -> NDArray[np.int32]:
        """Groups of new rows, whose keys have shape (columns, rows); those of keys not seen before are added, empty."""
        if len(keys) == 1:
            self._widen(int(keys[0, 0] if keys.shape[1] == 1 else keys[0].max(initial=-1)) + 1)
            first: NDArray[np.int32] = keys[0]
            return first
        if len(keys) <= 3:
            tail = self._keys.values
            one, one_values, two, two_values = self._finer
            groups: NDArray[np.int32] = live.find_groups(
                keys, one, one_values, two, two_values, self._slots, tail, self._base_size
            )
        else:
            groups = np.array(self.lookup(list(keys)), dtype=np.int32)
            groups[(groups < 0) & (keys >= 0).all(axis=0)] = live.UNKNOWN
        if len(groups) == 1 and groups[0] >= 0:
            return groups
        missing = np.flatnonzero(groups == live.UNKNOWN)
        if len(missing):
            new, inverse = np.unique(keys[:, missing].T, axis=0, return_inverse=True)
            groups[missing] = self.size + inverse.reshape(-1)
            self._keys.add(new)
            if 2 * len(self._keys) > len(self._slots):
                self._slots = np.full(1 << int(4 * len(self._keys)).bit_length(), -1, np.int32)
                self._table.ledger.shape += 1
                live.fill_slots(self._slots, self._keys.values)
            else:
                live.add_slots(self._slots, self._keys.values, len(self._keys) - len(new))
            self._widen(self.size + len(new))
        return groups

    def _widen(self, size: int) -> None:
        if size > self.size:
            if not self.size:
                self._table.ledger.shape += 1  # Groups came into being.
            for array in (self._starts, self._ends):
                array.resize(size)
                array.values[self.size :] = 0
            self.size = size

    def lookup(self, keys: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Group number of each query key tuple, -1 where there is no such group."""
        found = super().lookup(keys)
        if not self._steps or not len(self._keys):
            return found
        found = np.array(found, dtype=np.int32)
        asked = np.empty((len(found), len(keys)), np.int32)
        for k, column in enumerate(keys):
            asked[:, k] = column
        live.find_keys(self._slots, self._keys.values, asked, found, self._base_size)
        return found

    def under(self, first: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(query, value) of every value of the second key column that occurs with each code of the first, by query."""
        query, value = super().under(first)
        if not len(self._keys):
            return query, value
        codes = np.asarray(first, dtype=np.int64)
        pairs = np.unique(self._keys.values[:, :2], axis=0).astype(np.int64)
        order = np.argsort(codes, kind="stable")
        lo = np.searchsorted(codes[order], pairs[:, 0], side="left")
        count = np.searchsorted(codes[order], pairs[:, 0], side="right") - lo
        inside = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        more = order[np.repeat(lo, count) + inside]
        query, value = np.concatenate([query, more]), np.concatenate([value, np.repeat(pairs[:, 1], count)])
        if len(self._columns) > 2:  # A new third value may stand under a pair that was there.
            query, value = np.unique(np.column_stack([query, value]), axis=0).T
        order = np.argsort(query, kind="stable")
        return query[order], value[order]

    def places(self, groups: NDArray[Any], rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Position in `rows` of each of these rows, which stand in the groups given (-1: in none); shape (n,)."""
        found: NDArray[np.int64] = live.places_of(
            rows, as_codes(groups), self.starts, self.ends, self.rows, self._table.rank
        )
        return found

    @property
    def _is_as_made(self) -> bool:
        """Whether groups still lie as they were made."""
        return self._used == self._base and self.size == self._base_size and self._group_of is None

    def packed(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Offsets (size+1,) and row numbers without gaps; copied once rows have arrived."""
        if self._is_as_made:
            return self._offsets, self.rows[: self._base]
        found: tuple[NDArray[Any], NDArray[Any]] = live.pack(self.starts, self.ends, self.rows)
        return found
