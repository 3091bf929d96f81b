"""Some rows of a table, as a maker of a derived column sees a table: only their values are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from features.asof.group_index import GroupIndex
from features.asof.ledger_table import LedgerTable

T = TypeVar("T")


class Part(LedgerTable):
    """The rows `at` of `whole`: from a number on, or those listed. Columns have shape (rows,); an index is that of the
    whole table, and so is what is kept beside it."""

    def __init__(self, whole: LedgerTable, at: int | NDArray[np.int64]) -> None:
        self._whole = whole
        self._at: slice | NDArray[np.int64] = slice(at, None) if isinstance(at, int) else at
        self.ledger = whole.ledger
        self.schema = whole.schema
        self.name = whole.name
        self.rows = whole.rows - at if isinstance(at, int) else len(at)

    @property
    def whole(self) -> LedgerTable:
        """The table itself."""
        return self._whole.whole

    @property
    def row_numbers(self) -> NDArray[np.int64]:
        """Numbers of these rows in the whole table."""
        if isinstance(self._at, slice):
            return np.arange(self._at.start, self._at.start + self.rows, dtype=np.int64)
        return self._at

    @property
    def ranks(self) -> NDArray[np.int32]:
        """Order of these rows among all of the table."""
        return self._whole.ranks[self._at]

    def rank_of(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Order of rows of the whole table."""
        return self._whole.rank_of(rows)

    @property
    def known_at(self) -> NDArray[np.int64]:
        """When each row became known."""
        return self._whole.known_at[self._at]

    @property
    def superseded_at(self) -> NDArray[np.int64]:
        """When a later version became known."""
        return self._whole.superseded_at[self._at]

    def has(self, column: str) -> bool:
        """Whether the column was handed over."""
        return self._whole.has(column)

    def schema_has(self, name: str) -> bool:
        """Whether the contract declares the column."""
        return self._whole.schema_has(name)

    def column(self, name: str) -> Any:
        """A column of these rows."""
        return self._whole.column(name)[self._at]

    def derived(self, name: str, make: Callable[[LedgerTable], NDArray[Any]]) -> NDArray[Any]:
        """A derived column of these rows."""
        return self._whole.derived(name, make)[self._at]

    def numbers(self, name: str) -> NDArray[np.float64]:
        """A column as float64."""
        return self._whole.numbers(name)[self._at]

    def codes(self, name: str) -> NDArray[np.int32]:
        """A column of codes as int32."""
        return self._whole.codes(name)[self._at]

    def shared(self, key: str, make: Callable[[], T]) -> T:
        """What several derived columns of the last rows are made from, made once as long as nothing arrives."""
        if not isinstance(self._at, slice):
            return make()
        mark = (self.rows, self._whole.rows, self.ledger.version)
        kept = self._whole.kept_for_part
        if key not in kept or kept[key][0] != mark:
            kept[key] = mark, make()
        found: T = kept[key][1]
        return found

    def index(self, columns: tuple[str, ...]) -> GroupIndex:
        """Rows of the whole table, grouped."""
        return self._whole.index(columns)
