"""Rows of a table grouped by a key, answered by binary search on when they became known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.asof import _kernels as kernels

Int32 = NDArray[np.int32]

SMALL_GROUPS = 64
"""Rows a group of the first column has on average, up to which groups are sorted one by one."""

_LARGEST = np.iinfo(np.int32).max

Keep = Callable[[str, Callable[[], NDArray[Any]]], NDArray[Any]]


def _make(_part: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    return make()


class GroupIndex:
    """Groups over one or several code columns of a table that is sorted by knowledge.

    `offsets` (size+1,) and `rows` list each group's row numbers in that order. A row with a null in any key column
    belongs to no group. A group of a single column is numbered as its code; groups of several columns are found by
    descending column by column through the values that occur (`lookup`), so nothing is built to look one up.

    `keys` are the columns, or functions that give them: with `keep` (see `LedgerTable.keep`) an index made before is
    read back and they are never asked for.
    """

    def __init__(self, keys: Sequence[NDArray[Any] | Callable[[], NDArray[Any]]], keep: Keep = _make) -> None:
        self.memo: dict[object, Any] = {}
        self._keep = keep
        made: dict[str, NDArray[Any]] = {}

        def part(name: str) -> NDArray[Any]:
            def make() -> NDArray[Any]:
                if not made:
                    made.update(_grouped([as_codes(k() if callable(k) else k) for k in keys]))
                return made[name]

            return keep(name, make)

        self.offsets: NDArray[Any] = part("offsets")
        self.rows: NDArray[Any] = part("rows")
        self.size = len(self.offsets) - 1
        self._steps = [(part(f"starts{k}"), part(f"values{k}")) for k in range(1, len(keys))]

    def lookup(self, keys: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Group number of each query key tuple, -1 where there is no such group."""
        codes = as_codes(keys[0])
        if not self._steps:
            return np.where(codes < self.size, codes, np.int32(-1))
        for (starts, values), column in zip(self._steps, keys[1:], strict=True):
            codes = kernels.descend(codes, starts, values, as_codes(column))
        return codes

    def once(self, name: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """An array that depends on the index alone (running totals, previous equals), kept with it."""
        if name not in self.memo:
            self.memo[name] = self._keep(name, make)
        found: NDArray[Any] = self.memo[name]
        return found


def as_codes(values: NDArray[Any]) -> Int32:
    """Codes as the kernels take them. Raises ValueError for numbers too large to be codes."""
    if values.dtype.itemsize > 4 and len(values) and values.max() > _LARGEST:
        raise ValueError(f"found a key of {values.max()}, expected codes below 2**31: number the values first")
    return np.ascontiguousarray(values, dtype=np.int32)


def _grouped(keys: list[Int32]) -> dict[str, NDArray[Any]]:
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
