"""Rows of a table grouped by a key, answered by binary search on when they became known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.asof import _kernels as kernels

Int64 = NDArray[np.int64]


Keep = Callable[[str, Callable[[], NDArray[Any]]], NDArray[Any]]


def _make(_part: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    return make()


class GroupIndex:
    """Groups over one or several code columns of a table that is sorted by knowledge.

    `offsets` (size+1,) and `rows` list each group's row numbers in that order. A row with a null in any key column
    belongs to no group.
    """

    def __init__(self, keys: list[Int64], keep: Keep = _make) -> None:
        self._dictionaries: list[pa.Array] = []
        self.memo: dict[object, Any] = {}
        self._single = len(keys) == 1
        made: list[tuple[Int64, NDArray[np.int32]]] = []

        def grouped() -> tuple[Int64, NDArray[np.int32]]:
            if not made:
                codes = keys[0] if self._single else self._compose(keys, learn=True)
                size = int(codes.max()) + 1 if len(codes) else 0
                made.append(kernels.group_rows(np.ascontiguousarray(codes, dtype=np.int64), size))
            return made[0]

        self.offsets = keep("offsets", lambda: grouped()[0])
        self.rows = keep("rows", lambda: grouped()[1])
        self.size = len(self.offsets) - 1
        if not self._single:
            self._dictionaries = [pa.array(keep(f"dictionary{k}", lambda k=k: self._learned(grouped, k))) for k in range(len(keys) - 1)]

    def _learned(self, grouped: Callable[[], object], step: int) -> Int64:
        """The dictionary of one folding step, which grouping leaves behind."""
        grouped()
        return np.asarray(self._dictionaries[step].to_numpy(zero_copy_only=False), dtype=np.int64)

    def lookup(self, keys: list[Int64]) -> Int64:
        """Group number of each query key tuple, -1 where there is no such group."""
        codes = keys[0] if self._single else self._compose(keys, learn=False)
        return np.where(codes < self.size, codes, -1).astype(np.int64)

    def _compose(self, keys: list[Int64], *, learn: bool) -> Int64:
        """Fold key columns pairwise into dense codes, remembering each step's dictionary."""
        codes = np.asarray(keys[0], dtype=np.int64)
        for step, column in enumerate(keys[1:]):
            null = (codes < 0) | (column < 0)
            packed = (codes << np.int64(31)) | np.where(column < 0, 0, column)
            values = pa.array(packed, mask=null)
            if learn:
                self._dictionaries.append(pc.unique(values).drop_null())
            found = pc.index_in(values, value_set=self._dictionaries[step])
            codes = pc.fill_null(found, -1).to_numpy(zero_copy_only=False).astype(np.int64)
            codes[null] = -1
        return codes
