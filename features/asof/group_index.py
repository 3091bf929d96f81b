"""Rows of a table grouped by a key, answered by binary search on when they became known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from features.asof import _kernels as kernels
from features.asof._reads import Reads

if TYPE_CHECKING:
    from features.asof.ledger import LedgerTable

Int32 = NDArray[np.int32]
T = TypeVar("T")

SMALL_GROUPS = 64
"""Rows a group of the first column has on average, up to which groups are sorted one by one."""

_LARGEST = np.iinfo(np.int32).max

Keep = Callable[[str, Callable[[], NDArray[Any]]], NDArray[Any]]


def _make(_part: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    return make()


class GroupIndex:
    """Groups over one or several code columns of a table that is sorted by knowledge.

    The rows of group g are `rows[starts[g]:ends[g]]`, in that order; `starts` and `ends` have shape (size,). Where the
    whole table is passed through, `packed` gives them without gaps. A row with a null in any key column belongs to no
    group. A group of a single column is numbered as its code; groups of several columns are found by
    descending column by column through the values that occur (`lookup`), so nothing is built to look one up.

    `keys` are the columns, or functions that give them: with `keep` (see `LedgerTable.keep`) an index made before is
    read back and they are never asked for.
    """

    def __init__(
        self,
        keys: Sequence[NDArray[Any] | Callable[[], NDArray[Any]]],
        keep: Keep = _make,
        reads: Reads | None = None,
    ) -> None:
        self.memo: dict[object, Any] = {}
        self._once: dict[str, NDArray[Any]] = {}
        self._reads = reads or Reads()
        self._keep = keep
        made: dict[str, NDArray[Any]] = {}

        def part(name: str) -> NDArray[Any]:
            def make() -> NDArray[Any]:
                if not made:
                    made.update(grouped([as_codes(k() if callable(k) else k) for k in keys]))
                return made[name]

            return keep(name, make)

        self._offsets: NDArray[Any] = part("offsets")
        self.rows: NDArray[Any] = part("rows")
        self.starts: NDArray[Any] = self._offsets[:-1]
        self.ends: NDArray[Any] = self._offsets[1:]
        self.size = len(self.starts)
        self._steps = [(part(f"starts{k}"), part(f"values{k}")) for k in range(1, len(keys))]

    def lookup(self, keys: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Group number of each query key tuple, -1 where there is no such group."""
        codes = as_codes(keys[0])
        if not self._steps:
            return np.where(codes < self.size, codes, np.int32(-1))
        for (starts, values), column in zip(self._steps, keys[1:], strict=True):
            codes = kernels.descend(codes, starts, values, as_codes(column))
        return codes

    def under(self, first: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(query, value) of every value of the second key column that occurs with each code of the first, by query.

        Raises ValueError for an index over one column.
        """
        if not self._steps:
            raise ValueError("an index over one column has nothing under its groups")
        starts, values = self._steps[0]
        codes = np.asarray(first, dtype=np.int64)
        there = (codes >= 0) & (codes < len(starts) - 1)
        place = np.where(there, codes, 0)
        count = np.where(there, starts[place + 1] - starts[place], 0) if len(starts) > 1 else np.zeros(len(codes), int)
        query = np.repeat(np.arange(len(codes)), count)
        inside = np.arange(len(query)) - np.repeat(np.cumsum(count) - count, count)
        return query, values[np.repeat(starts[place], count) + inside].astype(np.int64)

    def expand(self, groups: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(query, row) of every row of each query's group, in order; a group of -1 has none."""
        there = np.maximum(groups, 0)
        low = self.starts[there] if self.size else np.zeros(len(groups), np.int64)
        count = np.where(groups >= 0, self.ends[there] - low, 0) if self.size else low
        query = np.repeat(np.arange(len(groups)), count)
        inside = np.arange(len(query)) - np.repeat(np.cumsum(count) - count, count)
        return query, self.rows[np.repeat(low, count) + inside].astype(np.int64)

    def firsts(self, groups: NDArray[Any]) -> NDArray[np.int64]:
        """The first row of each query's group, -1 for a group of -1; shape (n,)."""
        if not self.size or not len(self.rows):
            return np.full(len(groups), -1, dtype=np.int64)
        return np.where(groups >= 0, self.rows[self.starts[np.maximum(groups, 0)]], -1).astype(np.int64)

    def places(self, groups: NDArray[Any], rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Position in `rows` of each of these rows, which stand in the groups given (-1: in none); shape (n,)."""
        found: NDArray[np.int64] = kernels.places(self.starts, self.ends, self.rows, as_codes(groups), rows)
        return found

    def packed(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Offsets (size+1,) and row numbers: the rows of group g are `rows[offsets[g]:offsets[g + 1]]`."""
        return self._offsets, self.rows

    def totals(self, of: str, values: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """Running totals of a column inside each group, by position in `rows`; NaN counts as zero.

        `values` gives the column, float64 of shape (table rows,).
        """
        return self._kept(f"totals-{of}", lambda: kernels.running_totals(*self.packed(), values()))

    def previous(self, of: str, codes: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """By position in `rows` the position of the row before it in its group with the same code, else -1."""

        def make() -> NDArray[Any]:
            found = codes()
            return kernels.previous_same(*self.packed(), found, int(found.max(initial=-1)) + 1)

        return self._kept(f"previous-{of}", make)

    def along(self, of: str, values: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """A column laid out as `rows` is, for kernels that read a group from end to end."""
        return self._kept(f"along-{of}", lambda: values()[self.rows])

    def replaced(self, superseded: Callable[[], NDArray[np.int64]]) -> NDArray[Any]:
        """Positions in `rows`, ascending, of rows that are replaced at some time."""
        return self._kept("replaced", lambda: kernels.replaced_positions(self.rows, superseded()))

    def memoised(self, key: object, make: Callable[[], T]) -> T:
        """Something computed once for the index, kept with it while the process runs."""
        if key not in self.memo:
            with self._reads.noting() as read:
                value = make()
            self.memo[key] = value, frozenset(read)
        self._reads.note_all(self.memo[key][1])
        result: T = self.memo[key][0]
        return result

    def _kept(self, name: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """An array that depends on the index and a column, kept with it."""
        if name not in self._once:
            self._once[name] = self._keep(name, make)
        return self._once[name]


def latest_row(table: LedgerTable, index: GroupIndex, groups: NDArray[Any], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Row of `table` that stood in each group of its index at each moment, -1 none; shape (n,).

    For joins between tables of the ledger, where each row asks as of its own moment.
    """
    found: NDArray[np.int64] = kernels.latest(
        index.starts, index.ends, index.rows, table.known_at, table.superseded_at, groups, at
    )
    return found


def as_codes(values: NDArray[Any]) -> Int32:
    """Codes as the kernels take them. Raises ValueError for numbers too large to be codes."""
    if values.dtype.itemsize > 4 and len(values) and values.max() > _LARGEST:
        raise ValueError(f"found a key of {values.max()}, expected codes below 2**31: number the values first")
    return np.ascontiguousarray(values, dtype=np.int32)


def grouped(keys: list[Int32]) -> dict[str, NDArray[Any]]:
    """The parts of an index over key columns, by the names they are kept under."""
    sizes = [int(k.max()) + 1 if len(k) else 0 for k in keys]
    if len(keys) == 1:
        offsets, rows = kernels.group_rows(keys[0], max(sizes[0], 0))
        return {"offsets": offsets, "rows": rows}
    if len(keys) <= 3 and len(keys[0]) <= SMALL_GROUPS * max(sizes[0], 1):
        first = np.where(np.minimum.reduce(keys) < 0, np.int32(-1), keys[0])
        offsets, rows = kernels.group_rows(first, max(sizes[0], 0))
        kernels.sort_inside(offsets, rows, keys[1], keys[2] if len(keys) > 2 else np.empty(0, np.int32))
    else:
        rows = np.arange(len(keys[0]), dtype=np.int32)
        for codes, size in zip(reversed(keys), reversed(sizes), strict=True):
            rows = kernels.regroup(rows, codes, max(size, 0))
    group, parents = keys[0][rows], max(sizes[0], 0)
    made: dict[str, NDArray[Any]] = {}
    for step, codes in enumerate(keys[1:], start=1):
        group, made[f"starts{step}"], made[f"values{step}"] = kernels.refine(group, rows, codes, parents)
        parents = len(made[f"values{step}"])
    counts = np.bincount(group, minlength=parents) if len(group) else np.zeros(parents, np.int64)
    made["offsets"] = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    made["rows"] = rows
    return made
