"""One table of a ledger as columns of numbers, sorted by when each row became known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.asof._arrays import FEW, distinguished, fen, floats, to_numpy, whole
from features.asof._order import order_of
from features.asof.group_index import GroupIndex
from features.contract import EVERY_TABLE
from features.contract._schema import Column, Table

if TYPE_CHECKING:
    from features.asof.ledger import Ledger

ALWAYS = np.iinfo(np.int64).min
NEVER = np.iinfo(np.int64).max
MICROSECONDS_A_DAY = 86_400_000_000
_EPOCH = dt.date(1970, 1, 1)
T = TypeVar("T")
FEW_BYTES = 3
"""A column of texts stored in fewer bytes a row than this repeats a short list of texts."""

Array = NDArray[np.float64] | NDArray[np.int32]


def entity_of(column: Column) -> str | None:
    """The identifier space of a column: declared, or one of its own for periods and plain texts."""
    if column.type == "period":
        return "period"
    if column.type in ("id", "text"):
        return column.entity or f"{column.type}:{column.name}"
    return None


class LedgerTable:
    """One table, rows ordered by (known at, key). Columns are read and encoded at first use."""

    def __init__(self, ledger: Ledger, schema: Table, source: Path | pa.Table) -> None:
        self.ledger = ledger
        self.schema = schema
        self.name = schema.name
        self._source = source
        names = source.column_names if isinstance(source, pa.Table) else pq.read_schema(source).names
        self._names: list[str] = list(names)
        self._present = frozenset(names)
        self.rows: int = source.num_rows if isinstance(source, pa.Table) else pq.read_metadata(source).num_rows
        self._columns: dict[str, Array] = {}
        self._derived: dict[str, NDArray[Any]] = {}
        self._shared: dict[str, Any] = {}
        self.kept_for_part: dict[str, Any] = {}
        self._typed: dict[str, NDArray[Any]] = {}
        self._indexes: dict[tuple[str, ...], GroupIndex] = {}

    @cached_property
    def known_at(self) -> NDArray[np.int64]:
        """When each row became known, microseconds UTC, ascending."""
        return self._ordered[1]

    @property
    def _order(self) -> NDArray[np.int64] | None:
        return self._ordered[0]

    def has(self, column: str) -> bool:
        """Whether the column was handed over."""
        return column in self._present

    def raw(self, column: str) -> pa.ChunkedArray:
        """The column as stored, in file order."""
        if isinstance(self._source, pa.Table):
            return self._source.column(column)
        return pq.read_table(self._source, columns=[column]).column(0)

    def texts(self, column: str) -> pa.ChunkedArray:
        """A column of texts in file order, as dictionaries where the file holds few different ones."""
        if isinstance(self._source, pa.Table) or self.rows == 0:
            texts = self.raw(column)
        else:
            first = pq.read_metadata(self._source).row_group(0)
            place = self._names.index(column)
            few = first.column(place).total_uncompressed_size < FEW_BYTES * first.num_rows
            texts = pq.read_table(self._source, columns=[column], read_dictionary=[column] if few else None).column(0)
        if pa.types.is_dictionary(texts.type) and texts.type.value_type == pa.string():
            return texts
        return texts if texts.type == pa.string() else texts.cast(pa.string())

    def arrow(self, column: str) -> pa.ChunkedArray:
        """The column as stored, in ledger order."""
        raw = self.raw(column)
        return raw if self._order is None else raw.take(pa.array(self._order))

    def in_order(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values in file order put into ledger order."""
        return values if self._order is None else values[self._order]

    def column(self, name: str) -> Array:
        """The column as numbers (see the module). A column that was not handed over is all null."""
        if name not in self._columns:
            column = self.schema.column(name)
            if self.has(name):
                if (entity := entity_of(column)) is not None:
                    # The vocabulary lays by the codes of all its columns, this one among them.
                    self.ledger.vocabulary(entity)
                if name not in self._columns:
                    self._columns[name] = self.keep(f"column-{name}", lambda: self._encode(column))
            else:
                kind = np.int32 if column.type in ("id", "text", "period", "enum") else np.float64
                nulls: NDArray[Any] = np.full(self.rows, -1 if kind is np.int32 else np.nan, dtype=kind)
                self._columns[name] = nulls
        return self._columns[name]

    def lay_by(self, name: str, codes: NDArray[np.int32]) -> None:
        """Keep codes that were made with those of other columns."""
        self._columns[name] = self.keep(f"column-{name}", lambda: codes)

    def derived(self, name: str, make: Callable[[LedgerTable], NDArray[Any]]) -> NDArray[Any]:
        """A column computed from the row itself and reference data, kept under `name`; shape (rows,).

        What it read is kept with it: see `features.asof.grows` for how it takes rows that arrive later.
        """
        if name not in self._derived:
            self._derived[name], _ = self._make(name, make)
        self.ledger.reads.note(f"{self.name}.{name}")
        return self._derived[name]

    def _make(self, name: str, make: Callable[[LedgerTable], NDArray[Any]]) -> tuple[NDArray[Any], frozenset[str]]:
        """A derived column and the names of what it read, from the cache when there is one."""
        made: list[NDArray[Any]] = []

        def run() -> NDArray[Any]:
            made.append(np.asarray(make(self)))
            return made[0]

        with self.ledger.reads.noting() as read:
            values = self.keep(f"derived-{name}", run, by_code=True)
        noted = f"{self.name}-derived-{name}"
        if made:
            self.ledger.cache.note(noted, read)
            return values, frozenset(read)
        return values, self.ledger.cache.noted(noted, otherwise=EVERY_TABLE)

    def numbers(self, name: str) -> NDArray[np.float64]:
        """A column, declared or derived before, as float64."""
        return self._as(name, np.dtype(np.float64))

    def codes(self, name: str) -> NDArray[np.int32]:
        """A column of codes, declared or derived before, as int32."""
        return self._as(name, np.dtype(np.int32))

    def _as(self, name: str, kind: np.dtype[Any]) -> NDArray[Any]:
        values = self._any(name)
        if values.dtype == kind:
            return values
        key = f"{name} as {kind}"
        if key not in self._typed:
            self._typed[key] = values.astype(kind)
        return self._typed[key]

    def _any(self, name: str) -> NDArray[Any]:
        if self.schema_has(name):
            return self.column(name)
        self.ledger.reads.note(f"{self.name}.{name}")
        if name not in self._derived:
            raise KeyError(
                f"{self.name} has no derived column {name!r} yet; call LedgerTable.derived(name, make) first"
            )
        return self._derived[name]

    @property
    def whole(self) -> LedgerTable:
        """The table itself: makers of derived columns may be given its last rows only (`features.asof.part`)."""
        self.ledger.reads.note(self.name)
        return self

    @property
    def row_numbers(self) -> NDArray[np.int64]:
        """Numbers of the rows, shape (rows,)."""
        return np.arange(self.rows, dtype=np.int64)

    @cached_property
    def ranks(self) -> NDArray[np.int32]:
        """Order of the rows by moment, then by key: their numbers, unless rows arrived later; shape (rows,)."""
        return np.arange(self.rows, dtype=np.int32)

    def rank_of(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Ranks of some rows, shape (n,)."""
        return rows

    def shared(self, key: str, make: Callable[[], T]) -> T:
        """What several derived columns of these rows are made from, made once."""
        if key not in self._shared:
            self._shared[key] = make()
        found: T = self._shared[key]
        return found

    def index(self, columns: tuple[str, ...]) -> GroupIndex:
        """Rows grouped by one or several code columns, in order of knowledge inside each group."""
        self._note_index(columns)
        if columns not in self._indexes:
            self._indexes[columns] = GroupIndex(
                [partial(self._any, c) for c in columns], self._keep_index(columns), self.ledger.reads
            )
        return self._indexes[columns]

    def _note_index(self, columns: tuple[str, ...]) -> None:
        self.ledger.reads.note(self.name)
        for column in columns:
            if not self.schema_has(column):
                self.ledger.reads.note(f"{self.name}.{column}")

    def _keep_index(self, columns: tuple[str, ...]) -> Callable[..., NDArray[Any]]:
        """How the parts of an index are kept."""
        declared = all(self.schema_has(c) for c in columns)

        def keep(part: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
            # What is summed or told apart in the groups may be derived too, which its name does not say.
            own = part in ("offsets", "rows", "replaced") or part.startswith(("starts", "values"))
            return self.keep(f"index-{'-'.join(columns)}-{part}", make, by_code=not (declared and own))

        return keep

    def schema_has(self, name: str) -> bool:
        """Whether the contract declares the column."""
        return name in self._declared

    @cached_property
    def _declared(self) -> frozenset[str]:
        return frozenset(c.name for c in self.schema.columns)

    def evidence(self, rows: NDArray[np.integer]) -> list[str]:
        """`table:key` of each row, key columns joined by `/`."""
        parts = [self._texts(name, np.asarray(rows)) for name in self.schema.evidence_key if self.has(name)]
        return [f"{self.name}:{'/'.join(values)}" for values in zip(*parts, strict=True)]

    def _texts(self, name: str, rows: NDArray[np.integer]) -> list[str]:
        """A column of a few rows as the contract writes it, '' where null."""
        column = self.schema.column(name)
        entity = entity_of(column)
        if entity is not None:
            return [v or "" for v in self.ledger.vocabulary(entity).decode(self.column(name)[rows])]
        found = self.column(name)[rows].tolist()
        if column.type == "enum":
            return [column.values[v] if v >= 0 else "" for v in found]
        if column.type == "date":
            return ["" if v != v else (_EPOCH + dt.timedelta(days=v)).isoformat() for v in found]
        raise TypeError(f"{self.name}.{name}: a {column.type} column cannot be part of an evidence key")

    def keep(self, name: str, make: Callable[[], NDArray[Any]], *, by_code: bool = False) -> NDArray[Any]:
        """An array of this table, from the cache beside the data when there is one."""
        return self.ledger.cache.array(f"{self.name}-{name}", make, by_code=by_code)

    @cached_property
    def _ordered(self) -> tuple[NDArray[np.int64] | None, NDArray[np.int64]]:
        """`order_of`, kept: an order of length 0 stands for rows that already lie in order."""
        made: list[NDArray[np.int64]] = []

        def order() -> NDArray[np.int64]:
            found, known = order_of(self)
            made.append(known)
            return np.empty(0, np.int64) if found is None else found

        order_array = self.keep("order", order)
        known = self.keep("known_at", lambda: made[0] if made else order_of(self)[1])
        return (None if len(order_array) == 0 else order_array), known

    def _encode(self, column: Column) -> Array:
        entity = entity_of(column)
        if entity is not None:
            return self.ledger.encoded(entity, self.name, column.name)
        return self.in_order(self.read(column, self.raw(column.name)))

    def read(self, column: Column, values: pa.ChunkedArray | pa.Array) -> Array:
        """Values of a column that is no identifier as numbers, in the order given. Raises TypeError for lists."""
        if column.type == "enum":
            found = pc.index_in(values.cast(pa.string()), value_set=pa.array(column.values, pa.string()))
            return to_numpy(pc.fill_null(found, -1)).astype(np.int32)
        if column.type == "ts":
            micros = floats(whole(values))
            return (micros + self.ledger.utc_offset) / MICROSECONDS_A_DAY
        if column.type == "date":
            return floats(values.cast(pa.int32()))
        if column.type == "money":
            return fen(values)
        if column.type == "list":
            raise TypeError(f"{self.name}.{column.name} is a list: read it through LedgerTable.arrow")
        return floats(values if len(values) <= FEW else values.cast(pa.float64()))

    @cached_property
    def superseded_at(self) -> NDArray[np.int64]:
        """When a later version of the same key became known; NEVER for rows without one."""
        if not self.has_versions:
            return np.full(self.rows, NEVER, dtype=np.int64)
        return self._replaced_at

    @cached_property
    def has_versions(self) -> bool:
        """Whether any row was ever replaced by a later version."""
        return self._look_for_versions()

    def _look_for_versions(self) -> bool:
        if not self.schema.versioned or not self.schema.key or self.schema.clock is None or self.rows == 0:
            return False
        return bool(self.keep("has_versions", lambda: (self._replaced_at != NEVER).any().reshape(1))[0])

    @cached_property
    def _replaced_at(self) -> NDArray[np.int64]:
        return self.keep("superseded_at", self._superseded)

    def _superseded(self) -> NDArray[np.int64]:
        out = np.full(self.rows, NEVER, dtype=np.int64)
        if not all(self.has(k) for k in self.schema.key):
            return out
        keys = [distinguished(self.column(k)) for k in self.schema.key]
        index = GroupIndex(keys)
        offsets, rows = index.packed()
        if int(np.diff(offsets).max(initial=0)) <= 1:
            return out
        following = np.nonzero(np.diff(np.repeat(np.arange(index.size), np.diff(offsets))) == 0)[0]
        out[rows[following]] = self.known_at[rows[following + 1]]
        return out
