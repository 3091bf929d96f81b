"""Growing columns: the form every invented table has until it is written."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
"""One column; the element type is stated where the column is declared."""
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Frame:
    """Columns of one length that grow by blocks.

    Declared with the default of every column (`phone=0`, `name=""`): the default fixes the element type (bool, int64,
    float64, otherwise object) and fills what an addition leaves out. `frame["x"]` is a live view of the rows in use:
    writing through it changes the frame, and it goes stale when the frame grows.
    """

    def __init__(self, **defaults: Any) -> None:
        self._defaults = defaults
        self._store: dict[str, Array] = {name: np.empty(64, dtype=_dtype(value)) for name, value in defaults.items()}
        self.n = 0

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, name: str) -> Array:
        return self._store[name][: self.n]

    def __setitem__(self, name: str, values: Any) -> None:
        self._store[name][: self.n] = values

    def columns(self) -> tuple[str, ...]:
        """Names of the columns in the order they were declared."""
        return tuple(self._store)

    def add(self, count: int, **values: Any) -> Ints:
        """Append `count` rows; scalars are repeated, missing columns take their default. Returns the new positions."""
        end = self.n + count
        unknown = values.keys() - self._store.keys()
        if unknown:
            raise KeyError(f"no such columns: {sorted(unknown)}")
        for name, column in self._store.items():
            if end > len(column):
                grown = np.empty(max(end, len(column) * 2), dtype=column.dtype)
                grown[: self.n] = column[: self.n]
                self._store[name] = column = grown
            column[self.n : end] = values.get(name, self._defaults[name])
        start, self.n = self.n, end
        return np.arange(start, end, dtype=np.int64)

    def copy_rows(self, rows: Ints, **changes: Any) -> Ints:
        """Append copies of `rows`, with `changes` laid over them. Returns the new positions."""
        values: dict[str, Any] = {name: self._store[name][: self.n][rows] for name in self._store}
        values.update(changes)
        return self.add(len(rows), **values)

    def keep(self, mask: Bools) -> None:
        """Drop the rows where `mask` is false. Positions held elsewhere become wrong: only before they are taken."""
        kept = int(mask.sum())
        for name in self._store:
            self._store[name] = self._store[name][: self.n][mask].copy()
        self.n = kept


def _dtype(value: object) -> Any:
    if isinstance(value, bool):
        return np.bool_
    if isinstance(value, int):
        return np.int64
    if isinstance(value, float):
        return np.float64
    return object
