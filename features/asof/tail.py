"""The rows of a table from one on, as a maker of a derived column sees a table: only those are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from features.asof.group_index import GroupIndex
from features.asof.ledger import LedgerTable

if TYPE_CHECKING:
    from features.contract._schema import Table


class Tail(LedgerTable):
    """Rows `first` to the end of `whole`. Columns have shape (rows,); an index is that of the whole table."""

    def __init__(self, whole: LedgerTable, first: int) -> None:
        self._whole = whole
        self.first = first
        self.ledger = whole.ledger
        self.schema: Table = whole.schema
        self.name = whole.name
        self.rows = whole.rows - first

    @property
    def whole(self) -> LedgerTable:
        """The table itself."""
        self.ledger.reads.note(self.name)
        return self._whole

    @property
    def row_numbers(self) -> NDArray[np.int64]:
        """Numbers of these rows in the whole table."""
        return np.arange(self.first, self.first + self.rows, dtype=np.int64)

    @property
    def known_at(self) -> NDArray[np.int64]:
        """When each row became known."""
        return self._whole.known_at[self.first :]

    @property
    def superseded_at(self) -> NDArray[np.int64]:
        """When a later version became known."""
        return self._whole.superseded_at[self.first :]

    def has(self, column: str) -> bool:
        """Whether the column was handed over."""
        return self._whole.has(column)

    def schema_has(self, name: str) -> bool:
        """Whether the contract declares the column."""
        return self._whole.schema_has(name)

    def column(self, name: str) -> Any:
        """A column of these rows."""
        return self._whole.column(name)[self.first :]

    def derived(self, name: str, make: Callable[[LedgerTable], NDArray[Any]]) -> NDArray[Any]:
        """A derived column of these rows."""
        return self._whole.derived(name, make)[self.first :]

    def numbers(self, name: str) -> NDArray[np.float64]:
        """A column as float64."""
        return self._whole.numbers(name)[self.first :]

    def codes(self, name: str) -> NDArray[np.int32]:
        """A column of codes as int32."""
        return self._whole.codes(name)[self.first :]

    def index(self, columns: tuple[str, ...]) -> GroupIndex:
        """Rows of the whole table, grouped."""
        return self.whole.index(columns)
