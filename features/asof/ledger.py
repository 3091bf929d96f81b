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

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.asof._cache import Cache
from features.asof._reads import VOCABULARY, Reads, Tables
from features.asof._texts import Numbering
from features.asof.ledger_table import ALWAYS, MICROSECONDS_A_DAY, NEVER, LedgerTable, entity_of
from features.asof.period import periods_days
from features.asof.vocabulary import Vocabulary, in_order_of_appearance
from features.contract import EVERY_TABLE

__all__ = ["ALWAYS", "MICROSECONDS_A_DAY", "NEVER", "Ledger", "LedgerTable", "entity_of"]


class Ledger:
    """All tables of one data set.

    `utc_offset_hours` is the local time of the data (8 for China); dates begin at local midnight.
    """

    version = 0
    """How often rows arrived: never."""

    def __init__(
        self, sources: Mapping[str, Path | pa.Table], *, utc_offset_hours: float = 8.0, cache: Cache | None = None
    ) -> None:
        self.utc_offset = int(utc_offset_hours * 3_600_000_000)
        self.cache = cache or Cache(None)
        self.reads = Reads()
        self.plans: dict[object, object] = {}
        self._vocabularies: dict[str, Vocabulary] = {}
        self._crossings: dict[tuple[str, str], NDArray[np.int32]] = {}
        self._sources: dict[str, LedgerTable] = {name: self._table(name, source) for name, source in sources.items()}
        self.tables: dict[str, LedgerTable] = Tables(dict(self._sources), self.reads)

    def _table(self, name: str, source: Path | pa.Table) -> LedgerTable:
        return LedgerTable(self, EVERY_TABLE[name], source)

    @classmethod
    def open(cls, store: Path, *, utc_offset_hours: float = 8.0) -> Self:
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
        self.reads.note(VOCABULARY + entity)
        if entity not in self._vocabularies:
            values = self.cache.strings(f"vocabulary-{entity.replace(':', '-')}", lambda: self._number(entity))
            self._vocabularies[entity] = self._vocabulary(entity, values)
        return self._vocabularies[entity]

    def _vocabulary(self, entity: str, values: pa.Array) -> Vocabulary:
        return Vocabulary(values)

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
        self.reads.note_all({VOCABULARY + source, VOCABULARY + target})
        if (source, target) not in self._crossings:
            values = self.vocabulary(source).values
            self._crossings[source, target] = self.vocabulary(target).encode(values)
        return self._crossings[source, target]

    @property
    def periods(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """First and last local day of each period code, with NaN appended so that code -1 answers NaN."""
        self.reads.note(VOCABULARY + "period")
        return self._periods

    @cached_property
    def _periods(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        first, last = periods_days(self.vocabulary("period").values.to_pylist())
        return np.append(first, np.nan), np.append(last, np.nan)

    def moment(self, local_days: NDArray[np.float64]) -> NDArray[np.int64]:
        """Local days as microseconds of UTC, the clock rows are filtered by."""
        return np.rint(local_days * MICROSECONDS_A_DAY).astype(np.int64) - self.utc_offset
