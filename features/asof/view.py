"""What each query could know at its moment.

A query is a disbursement and a moment: its own `submitted_at` before payment, one T for all after payment. A view
of one row gives the same numbers as that row in a view of a million: nothing here looks at the other queries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from features.asof import _kernels as kernels
from features.asof.group_index import GroupIndex
from features.asof.ledger import ALWAYS, MICROSECONDS_A_DAY, Ledger, LedgerTable
from features.asof.pairs import Pairs

T = TypeVar("T")
Codes = NDArray[np.integer[Any]]
Float = NDArray[np.float64]
Keys = Mapping[str, Codes] | str | tuple[str, ...]


class View:
    """Queries over a ledger.

    `rows` (n,) are row numbers of `disbursements`, or None for a view over other keys (`unique`); `at` (n,) are the
    moments in microseconds UTC; `day_at` the same as local days.
    """

    def __init__(
        self, ledger: Ledger, at: NDArray[np.int64], rows: NDArray[np.int64] | None = None, own: dict[str, Codes] | None = None
    ) -> None:
        self.ledger = ledger
        self.rows = rows
        self.at = np.ascontiguousarray(at, dtype=np.int64)
        self.n = len(self.at)
        self.day_at: Float = (self.at + ledger.utc_offset) / MICROSECONDS_A_DAY
        self._own: dict[str, Codes] = dict(own or {})
        self._memo: dict[object, Any] = {}

    @classmethod
    def before_payment(cls, ledger: Ledger, rows: NDArray[np.integer[Any]]) -> View:
        """Each disbursement as of its own `submitted_at`."""
        rows = np.asarray(rows, dtype=np.int64)
        return cls(ledger, ledger.tables["disbursements"].known_at[rows], rows)

    def has(self, need: str) -> bool:
        """Whether a table or `table.column` was shared."""
        return self.ledger.has(need)

    def own(self, column: str) -> NDArray[Any]:
        """A column of the scored disbursements (or a key of this view), shape (n,)."""
        if column not in self._own:
            if self.rows is None:
                raise KeyError(f"this view has no column {column!r}; it has {sorted(self._own)}")
            self._own[column] = self.ledger.tables["disbursements"].column(column)[self.rows]
        return self._own[column]

    def period_from(self) -> Float:
        """First local day of the period paid for, NaN where the period cannot be read."""
        return self.ledger.periods[0][self.own("period")]

    def period_to(self) -> Float:
        """Last local day of the period paid for."""
        return self.ledger.periods[1][self.own("period")]

    def memo(self, make: Callable[[View], T]) -> T:
        """The result of `make(view)`, computed once for this view however many features share it."""
        if make not in self._memo:
            self._memo[make] = make(self)
        result: T = self._memo[make]
        return result

    def match(self, table: str, keys: Keys, *, days: float | None = None) -> Pairs:
        """Rows of `table` on record for each query whose key columns equal the query's.

        `keys` is a column (or tuple of columns) that the scored row has too, or a mapping {table column: codes of
        shape (n,)}. `days` keeps rows that became known in that many days before the moment. For large groups (an
        official, a village) use `running`, `distinct` or `unique` instead: pairs are all held in memory.
        """
        columns, codes = self._keys(keys)
        memo = ("match", table, columns, days, tuple(id(c) for c in codes) if isinstance(keys, Mapping) else None)
        if memo not in self._memo:
            source, index, lo, hi = self._range(table, columns, codes, days)
            query, row = kernels.expand(lo, hi, index.rows, source.superseded_at, self.at)
            self._memo[memo] = (Pairs(self, table, query, row), codes)
        pairs: Pairs = self._memo[memo][0]
        return pairs

    def latest(self, table: str, keys: Keys) -> NDArray[np.int64]:
        """Row number of the latest version on record for each query, -1 where there is none; shape (n,)."""
        columns, codes = self._keys(keys)
        source = self.ledger.tables[table]
        index = source.index(columns)
        groups = index.lookup(codes)
        return kernels.latest(index.offsets, index.rows, source.known_at, source.superseded_at, groups, self.at)

    def at_rows(self, table: str, column: str, rows: NDArray[np.integer[Any]]) -> NDArray[Any]:
        """A column at row numbers from `latest`; null (NaN or -1) where the row is -1."""
        values = self.ledger.tables[table].column(column)
        null = -1 if values.dtype.kind == "i" else np.nan
        if len(values) == 0:
            return np.full(len(rows), null, dtype=values.dtype)
        return np.where(rows >= 0, values[np.maximum(rows, 0)], null).astype(values.dtype)

    def lookup(self, table: str, column: str, keys: Keys) -> NDArray[Any]:
        """A column of the latest version on record for each query; null where there is none."""
        return self.at_rows(table, column, self.latest(table, keys))

    def running(self, table: str, keys: Keys, *, days: float | None = None, of: str | None = None) -> Float:
        """Count of rows (or sum of column `of`) known in the window for each query, in O(log group); shape (n,)."""
        columns, codes = self._keys(keys)
        source, index, lo, hi = self._range(table, columns, codes, days)
        values = np.ones(source.rows) if of is None else np.nan_to_num(np.asarray(self._values(source, of), dtype=np.float64))
        totals = self._totals(source, index, columns, of, values)
        out = totals[hi] - totals[lo]
        return out - self._superseded(source, columns, index, lo, hi, values)

    def days_since(self, table: str, keys: Keys) -> Float:
        """Days since the last row became known, NaN where there is none."""
        rows = self.latest(table, keys)
        known = self.ledger.tables[table].known_at
        if len(known) == 0:
            return np.full(self.n, np.nan)
        return np.where(rows >= 0, (self.at - known[np.maximum(rows, 0)]) / MICROSECONDS_A_DAY, np.nan)

    def distinct(self, table: str, keys: Keys, of: str, *, days: float | None = None) -> Float:
        """Number of different codes of column `of` among rows known in the window; shape (n,)."""
        columns, codes = self._keys(keys)
        source, index, lo, hi = self._range(table, columns, codes, days)
        values = np.asarray(self._values(source, of), dtype=np.int64)
        previous = index_memo(index, ("previous", of), lambda: kernels.previous_same(index.offsets, index.rows, values))
        return kernels.count_distinct(lo, hi, index.rows, previous, values, source.superseded_at, self.at)

    def unique(self, *columns: str | NDArray[Any], names: tuple[str, ...] | None = None) -> Cells:
        """The distinct (columns..., moment) of the queries as a view of their own, to compute once what they share."""
        arrays = [np.asarray(self.own(c) if isinstance(c, str) else c, dtype=np.int64) for c in columns]
        labels = names or tuple(str(c) for c in columns)
        return Cells(self, dict(zip(labels, arrays, strict=True)))

    def crossing(self, codes: Codes, source: str, target: str) -> NDArray[np.int32]:
        """Codes of one identifier space as codes of another holding the same text (-1: not there)."""
        table = self.ledger.crossing(source, target)
        if len(table) == 0:
            return np.full(len(codes), -1, dtype=np.int32)
        codes = np.asarray(codes, dtype=np.int64)
        return np.where(codes >= 0, table[np.maximum(codes, 0)], -1).astype(np.int32)

    def _keys(self, keys: Keys) -> tuple[tuple[str, ...], list[NDArray[np.int64]]]:
        if isinstance(keys, Mapping):
            return tuple(keys), [np.asarray(k) for k in keys.values()]
        columns = (keys,) if isinstance(keys, str) else tuple(keys)
        return columns, [self.own(c) for c in columns]

    def _range(
        self, table: str, columns: tuple[str, ...], codes: list[NDArray[np.int64]], days: float | None
    ) -> tuple[LedgerTable, GroupIndex, NDArray[np.int64], NDArray[np.int64]]:
        source = self.ledger.tables[table]
        index = source.index(columns)
        groups = index.lookup([np.asarray(c, dtype=np.int64) for c in codes])
        after = np.full(self.n, ALWAYS, dtype=np.int64) if days is None else self.at - int(days * MICROSECONDS_A_DAY)
        if days is None:
            lo = np.where(groups >= 0, index.offsets[np.maximum(groups, 0)], 0)
            _, hi = kernels.bounds(index.offsets, index.rows, source.known_at, groups, after, self.at)
            return source, index, np.minimum(lo, hi), hi
        lo, hi = kernels.bounds(index.offsets, index.rows, source.known_at, groups, after, self.at)
        return source, index, lo, hi

    def _values(self, source: LedgerTable, name: str) -> NDArray[Any]:
        return source.column(name) if source.schema_has(name) else source.derived(name, _undefined)

    def _totals(
        self, source: LedgerTable, index: GroupIndex, columns: tuple[str, ...], of: str | None, values: Float
    ) -> Float:
        return index_memo(index, ("totals", of), lambda: np.concatenate(([0.0], np.cumsum(values[index.rows]))))

    def _superseded(
        self, source: LedgerTable, columns: tuple[str, ...], index: GroupIndex, lo: NDArray[np.int64], hi: NDArray[np.int64], values: Float
    ) -> Float:
        """What running totals counted although a later version had replaced it by the query's moment."""
        if not index_memo(index, "has_versions", lambda: bool((source.superseded_at[index.rows] < np.iinfo(np.int64).max).any())):
            return np.zeros(self.n)
        return kernels.superseded_total(lo, hi, index.rows, source.superseded_at, self.at, values)


class Cells(View):
    """A view over the distinct keys of another, and the way back."""

    def __init__(self, parent: View, keys: dict[str, NDArray[np.int64]]) -> None:
        stacked = np.column_stack([*keys.values(), parent.at]) if parent.n else np.empty((0, len(keys) + 1), np.int64)
        order = np.lexsort(stacked.T[::-1])
        ordered = stacked[order]
        new = np.ones(len(ordered), dtype=bool)
        new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
        self._inverse = np.empty(parent.n, dtype=np.int64)
        self._inverse[order] = np.cumsum(new) - 1
        cells = ordered[new]
        super().__init__(parent.ledger, cells[:, -1], None, {name: cells[:, k] for k, name in enumerate(keys)})

    def spread(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values of shape (cells,) given back to each query of the parent view."""
        return values[self._inverse]


def index_memo(index: GroupIndex, key: object, make: Callable[[], T]) -> T:
    """Something computed once for an index (running totals, previous equal), kept with it."""
    if key not in index.memo:
        index.memo[key] = make()
    result: T = index.memo[key]
    return result


def _undefined(table: LedgerTable) -> Float:
    raise KeyError(f"{table.name} has no such derived column yet; call LedgerTable.derived(name, make) first")
