"""Tables as columns of numbers, sorted by when each row became known.

A ledger is built once from the canonical Parquet that intake writes (or from Arrow tables in memory) and never
changes. Features do not touch it: they ask a `View`, which shows only what was on record at its moment.

Numbers of a column, by contract type:

* id, text, period: int32 codes of the column's entity, -1 null (`Ledger.vocabulary`)
* enum: int32 position in the declared values, -1 null
* date, ts: float64 local days since 1970-01-01 (a `ts` carries the time of day as fraction), NaN null
* money: float64 whole fen (1/100 yuan; exact below 2**53), NaN null
* number, int: float64, NaN null; bool: float64 0/1, NaN null
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.asof._cache import Cache
from features.asof._order import order_of
from features.asof._texts import Numbering
from features.asof.group_index import GroupIndex
from features.asof.period import periods_days
from features.asof.vocabulary import Vocabulary, in_order_of_appearance
from features.contract import EVERY_TABLE
from features.contract._schema import Column, Table

ALWAYS = np.iinfo(np.int64).min
NEVER = np.iinfo(np.int64).max
MICROSECONDS_A_DAY = 86_400_000_000
_EPOCH = dt.date(1970, 1, 1)
FEW_BYTES = 3
"""A column of texts stored in fewer bytes a row than this repeats a short list of texts."""

Array = NDArray[np.float64] | NDArray[np.int32]


class Ledger:
    """All tables of one data set.

    `utc_offset_hours` is the local time of the data (8 for China); dates begin at local midnight.
    """

    def __init__(
        self, sources: Mapping[str, Path | pa.Table], *, utc_offset_hours: float = 8.0, cache: Cache | None = None
    ) -> None:
        self.utc_offset = int(utc_offset_hours * 3_600_000_000)
        self.cache = cache or Cache(None)
        self._vocabularies: dict[str, Vocabulary] = {}
        self._crossings: dict[tuple[str, str], NDArray[np.int32]] = {}
        self._sources: dict[str, LedgerTable] = {
            name: LedgerTable(self, EVERY_TABLE[name], source) for name, source in sources.items()
        }
        self.tables: dict[str, LedgerTable] = dict(self._sources)

    @classmethod
    def open(cls, store: Path, *, utc_offset_hours: float = 8.0) -> Ledger:
        """The ledger over a folder of canonical Parquet files written by `features.intake.load`."""
        found = {name: store / f"{name}.parquet" for name in EVERY_TABLE if (store / f"{name}.parquet").exists()}
        return cls(found, utc_offset_hours=utc_offset_hours, cache=Cache.beside(store))

    def has(self, need: str) -> bool:
        """Whether a `table` or `table.column` was shared (a table with no rows counts as shared)."""
        table, _, column = need.partition(".")
        if table not in self.tables:
            return False
        return not column or self.tables[table].has(column)

    def vocabulary(self, entity: str) -> Vocabulary:
        """The identifier space `entity`, over all tables, built at first use with the codes of all its columns."""
        if entity not in self._vocabularies:
            values = self.cache.strings(f"vocabulary-{entity.replace(':', '-')}", lambda: self._number(entity))
            self._vocabularies[entity] = Vocabulary(values)
        return self._vocabularies[entity]

    @property
    def entities(self) -> list[str]:
        """Every identifier space of the tables that were shared, those of the largest tables first."""
        tables = sorted(self._sources.values(), key=lambda t: -t.rows)
        found = [entity_of(column) for table in tables for column in table.schema.columns if table.has(column.name)]
        return list(dict.fromkeys(entity for entity in found if entity is not None))

    def encoded(self, entity: str, table: str, column: str) -> NDArray[np.int32]:
        """Codes of one column of an identifier space, in ledger order."""
        vocabulary = self.vocabulary(entity)
        source = self._sources[table]
        return source.in_order(vocabulary.encode(source.raw(column)))

    def _number(self, entity: str) -> pa.Array:
        """Read every column of an identifier space, give the vocabulary, lay by the codes of its columns.

        Numbers follow the order of rows in the ledger, whatever the order of the files.
        """
        names: list[tuple[str, str]] = []
        parts: list[NDArray[np.int32]] = []
        numbering = Numbering()
        for table in self._sources.values():
            for column in table.schema.columns:
                if entity_of(column) == entity and table.has(column.name):
                    names.append((table.name, column.name))
                    parts.append(table.in_order(numbering.add(table.texts(column.name))))
        vocabulary, parts = in_order_of_appearance(numbering.values(), parts)
        for (table_name, column_name), codes in zip(names, parts, strict=True):
            self._sources[table_name].lay_by(column_name, codes)
        return vocabulary

    def crossing(self, source: str, target: str) -> NDArray[np.int32]:
        """For each code of one identifier space the code of the same text in another, -1 where it has none."""
        if (source, target) not in self._crossings:
            values = self.vocabulary(source).values
            self._crossings[source, target] = self.vocabulary(target).encode(values)
        return self._crossings[source, target]

    @cached_property
    def periods(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """First and last local day of each period code, with NaN appended so that code -1 answers NaN."""
        first, last = periods_days(self.vocabulary("period").values.to_pylist())
        return np.append(first, np.nan), np.append(last, np.nan)

    def moment(self, local_days: NDArray[np.float64]) -> NDArray[np.int64]:
        """Local days as microseconds of UTC, the clock rows are filtered by."""
        return np.rint(local_days * MICROSECONDS_A_DAY).astype(np.int64) - self.utc_offset


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
        """A column computed from the row itself and reference data, kept under `name`; shape (rows,)."""
        if name not in self._derived:
            self._derived[name] = self.keep(f"derived-{name}", lambda: np.asarray(make(self)), by_code=True)
        return self._derived[name]

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
        if name not in self._derived:
            raise KeyError(
                f"{self.name} has no derived column {name!r} yet; call LedgerTable.derived(name, make) first"
            )
        return self._derived[name]

    def index(self, columns: tuple[str, ...]) -> GroupIndex:
        """Rows grouped by one or several code columns, in order of knowledge inside each group."""
        if columns not in self._indexes:
            declared = all(self.schema_has(c) for c in columns)

            def keep(part: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
                # What is summed or told apart in the groups may be derived too, which its name does not say.
                own = part in ("offsets", "rows", "replaced") or part.startswith(("starts", "values"))
                return self.keep(f"index-{'-'.join(columns)}-{part}", make, by_code=not (declared and own))

            self._indexes[columns] = GroupIndex([partial(self._any, c) for c in columns], keep)
        return self._indexes[columns]

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
        return self.in_order(self._read(column))

    def _read(self, column: Column) -> Array:
        """A column that is no identifier as numbers, in file order."""
        values = self.raw(column.name)
        if column.type == "enum":
            found = pc.index_in(values.cast(pa.string()), value_set=pa.array(column.values, pa.string()))
            return _numpy(pc.fill_null(found, -1)).astype(np.int32)
        if column.type == "ts":
            micros = _floats(values.cast(pa.int64()))
            return (micros + self.ledger.utc_offset) / MICROSECONDS_A_DAY
        if column.type == "date":
            return _floats(values.cast(pa.int32()))
        if column.type == "money":
            return _fen(values)
        if column.type == "list":
            raise TypeError(f"{self.name}.{column.name} is a list: read it through LedgerTable.arrow")
        return _floats(values.cast(pa.float64()))

    @cached_property
    def superseded_at(self) -> NDArray[np.int64]:
        """When a later version of the same key became known; NEVER for rows without one."""
        if not self.has_versions:
            return np.full(self.rows, NEVER, dtype=np.int64)
        return self._replaced_at

    @cached_property
    def has_versions(self) -> bool:
        """Whether any row was ever replaced by a later version."""
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
        keys = [_distinguished(self.column(k)) for k in self.schema.key]
        index = GroupIndex(keys)
        offsets, rows = index.packed()
        if int(np.diff(offsets).max(initial=0)) <= 1:
            return out
        following = np.nonzero(np.diff(np.repeat(np.arange(index.size), np.diff(offsets))) == 0)[0]
        out[rows[following]] = self.known_at[rows[following + 1]]
        return out


def _distinguished(values: Array) -> NDArray[Any]:
    """Codes as they are; dates and numbers numbered by size, -1 null."""
    if values.dtype.kind == "i":
        return values
    _, places = np.unique(values, return_inverse=True)
    return np.where(np.isnan(values), -1, places)


def _numpy(values: pa.ChunkedArray | pa.Array) -> NDArray[np.generic]:
    combined = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return np.asarray(combined.to_numpy(zero_copy_only=False))


def _floats(values: pa.ChunkedArray) -> NDArray[np.float64]:
    return np.asarray(_numpy(pc.cast(values, pa.float64(), safe=False)), dtype=np.float64)


def _fen(values: pa.ChunkedArray) -> NDArray[np.float64]:
    """decimal128(18, 2) as whole fen: the unscaled integer is read, no division takes place."""
    parts = []
    for chunk in values.chunks:
        low = np.frombuffer(chunk.buffers()[1], dtype=np.int64)[2 * chunk.offset : 2 * (chunk.offset + len(chunk)) : 2]
        fen = low.astype(np.float64)
        if chunk.null_count:
            fen[np.asarray(chunk.is_null().to_numpy(zero_copy_only=False))] = np.nan
        parts.append(fen)
    return np.concatenate(parts) if parts else np.empty(0)
