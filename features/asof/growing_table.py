"""The rows of one table of a live ledger: as it was opened, and what arrived since."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.asof.growing import Growing
from features.asof.journal import Journal
from features.asof.ledger_table import NEVER, Array, LedgerTable, entity_of
from features.contract._schema import Table

if TYPE_CHECKING:
    from features.asof.live import LiveLedger

NO_RANK = np.empty(0, np.int32)


class GrowingTable(LedgerTable):
    """Columns that grow, and the order of rows among those of one moment.

    `rank` orders them (see `features.asof._live_kernels`); `replaced_rows` are rows replaced by a later version since
    the table was opened, in the order that was learned; `arrived` are the rows as they came.
    """

    def __init__(self, ledger: LiveLedger, schema: Table, source: Path | pa.Table) -> None:
        super().__init__(ledger, schema, source)
        self.ledger: LiveLedger = ledger
        self.journal = Journal()
        self.columns = {column.name: (column, entity_of(column)) for column in schema.columns}
        self.replaced_rows: list[int] = []
        self.arrived: list[pa.Table] = []
        self._rank: Growing | None = None
        self._numbers = Growing(NO_RANK)
        self._grown: dict[str, Growing] = {}
        self._known: Growing | None = None
        self._gone: Growing | None = None
        self._never: NDArray[np.int64] | None = None
        self._versions = False
        self._opened_versions: bool | None = None
        self._opened_rows = self.rows
        self._opened_names = frozenset(self._names)
        self._new_types: dict[str, pa.DataType] = {}

    @property
    def rank(self) -> NDArray[np.int32]:
        """Rank of each row, int32 of shape (rows,); empty where every row's rank is its number."""
        return NO_RANK if self._rank is None else self._rank.values

    def set_rank(self, rows: NDArray[np.int64], first: int) -> None:
        """Rows of one moment stand in this order, the first of them at rank `first`."""
        if self._rank is None:
            self._rank = Growing(np.arange(self.rows, dtype=np.int32))
            self.ledger.shape += 1
        self._rank.own()[rows] = np.arange(first, first + len(rows), dtype=np.int32)

    @property
    def ranks(self) -> NDArray[np.int32]:
        """Order of the rows by moment, then by key; shape (rows,)."""
        if self._rank is not None:
            return self._rank.values
        if len(self._numbers) < self.rows:
            self._numbers.add(np.arange(len(self._numbers), self.rows, dtype=np.int32))
        return self._numbers.values

    def rank_of(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Ranks of some rows, shape (n,)."""
        return rows if self._rank is None else self._rank.values[rows].astype(np.int64)

    @property
    def known_at(self) -> NDArray[np.int64]:
        """When each row became known, microseconds UTC, ascending."""
        return self._ordered[1] if self._known is None else self._known.values

    @property
    def superseded_at(self) -> NDArray[np.int64]:
        """When a later version of the same key became known; NEVER for rows without one."""
        if self._gone is not None:
            return self._gone.values
        if self._has_versions_as_opened:
            return self._replaced_at
        if self._never is None:
            self._never = np.full(self.rows, NEVER, dtype=np.int64)
        return self._never

    @property
    def has_versions(self) -> bool:
        """Whether any row was ever replaced by a later version."""
        return self._versions or self._has_versions_as_opened

    @property
    def _has_versions_as_opened(self) -> bool:
        if self._opened_versions is None:
            self._opened_versions = self._look_for_versions()
        return self._opened_versions

    def raw(self, column: str) -> pa.ChunkedArray:
        """The column as it was opened, in file order."""
        if column not in self._opened_names:
            return pa.chunked_array([pa.nulls(self._opened_rows, self._new_types[column])])
        return super().raw(column)

    def arrow(self, column: str) -> pa.ChunkedArray:
        """The column as stored, in ledger order."""
        opened = self.raw(column) if self._order is None else self.raw(column).take(pa.array(self._order))
        more = [chunk for table in self.arrived for chunk in self._arrived(table, column, opened.type).chunks]
        return pa.chunked_array([*opened.chunks, *more], opened.type)

    def content(self, column: str) -> pa.ChunkedArray:
        """A column in its canonical type, in file order and then as rows arrived."""
        opened = self.raw(column)
        more = [chunk for table in self.arrived for chunk in self._arrived(table, column, opened.type).chunks]
        return pa.chunked_array([*opened.chunks, *more], opened.type)

    def _arrived(self, table: pa.Table, column: str, kind: pa.DataType) -> pa.ChunkedArray:
        if column not in table.column_names:
            return pa.chunked_array([pa.nulls(table.num_rows, kind)])
        return table.column(column).cast(kind)

    def keep(self, name: str, make: Callable[[], NDArray[Any]], *, by_code: bool = False) -> NDArray[Any]:
        """An array of this table; the cache beside the data knows only what was there when it was opened."""
        return make() if self.ledger.version else super().keep(name, make, by_code=by_code)

    def column(self, name: str) -> Array:
        """The column as numbers. A column that was not handed over is all null."""
        if self._known is None or name in self._columns:
            return super().column(name)
        values = super().column(name)  # All that were handed over are there since rows arrived: this one is null.
        self._grown[name] = Growing(values)
        self.ledger.shape += 1
        return values

    @property
    def names(self) -> list[str]:
        """Columns that were handed over, in order."""
        return self._names

    def open(self) -> None:
        """Read what was handed over, before the first row is put in."""
        if self._known is None:
            for column in self.schema.columns:
                if self.has(column.name) and column.type != "list":
                    self.column(column.name)

    def widen(self, schema: pa.Schema) -> None:
        """Columns that were not shared before: null in every row there is."""
        self._start()
        for new in schema:
            if new.name not in self._present:
                self._names.append(new.name)
                self._new_types[new.name] = new.type
                self._present |= {new.name}
                if self.schema.column(new.name).type != "list" and new.name not in self._grown:
                    self._columns.pop(new.name, None)
                    self._present -= {new.name}
                    self.column(new.name)
                    self._present |= {new.name}

    def _start(self) -> tuple[Growing, Growing]:
        """From now on columns grow; gives when rows became known, and were replaced."""
        if self._known is None or self._gone is None:
            self._gone = Growing(self.superseded_at)
            self._known = Growing(self._ordered[1])
            self._grown = {name: Growing(values) for name, values in self._columns.items()}
            self.ledger.shape += 1
        return self._known, self._gone

    def take(self, rows: pa.Table, columns: dict[str, NDArray[Any]], known: NDArray[np.int64]) -> None:
        """Put rows at the end, encoded as `columns` and known at `known`, ascending and no earlier than the last."""
        first = self.rows
        when, gone = self._start()
        when.add(known)
        gone.add(np.full(len(known), NEVER, dtype=np.int64))
        if self._rank is not None:
            self._rank.add(np.arange(first, first + len(known), dtype=np.int32))
        self.rows = first + len(known)
        for name, grown in self._grown.items():
            values = columns.get(name)
            if values is None:
                null: Any = -1 if grown.values.dtype.kind == "i" else np.nan
                values = np.full(len(known), null, dtype=grown.values.dtype)
            grown.add(values)
            self._columns[name] = grown.values
        self.arrived.append(rows)

    def replace(self, row: int, at: int) -> None:
        """A row was replaced by a later version at a moment."""
        self._start()[1].own()[row] = at
        self.ledger.shape += 1
        self._versions = True
        self.replaced_rows.append(row)

    @property
    def nbytes(self) -> int:
        """Bytes held in memory for the rows, beside what is mapped from disk."""
        kept = [*self._grown.values(), *(g for g in (self._known, self._gone, self._rank) if g is not None)]
        return sum(grown.nbytes for grown in kept) + sum(int(table.nbytes) for table in self.arrived)
