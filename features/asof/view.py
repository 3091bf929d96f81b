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
from features.asof._cells import number_rows
from features.asof.group_index import GroupIndex, as_codes
from features.asof.ledger import MICROSECONDS_A_DAY, Ledger, LedgerTable
from features.asof.pairs import Pairs

T = TypeVar("T")
Codes = NDArray[np.integer[Any]]
Int32 = NDArray[np.int32]
Float = NDArray[np.float64]
Keys = Mapping[str, Codes] | str | tuple[str, ...]


class View:
    """Queries over a ledger.

    `rows` (n,) are row numbers of `disbursements`, or None for a view over other keys (`unique`); `at` (n,) are the
    moments in microseconds UTC; `day_at` the same as local days.
    """

    def __init__(
        self,
        ledger: Ledger,
        at: NDArray[np.int64],
        rows: NDArray[np.int64] | None = None,
        own: Mapping[str, NDArray[Any]] | None = None,
    ) -> None:
        self.ledger = ledger
        self.rows = rows
        self.at = np.ascontiguousarray(at, dtype=np.int64)
        self.n = len(self.at)
        self.day_at: Float = (self.at + ledger.utc_offset) / MICROSECONDS_A_DAY
        self._own: dict[str, NDArray[Any]] = dict(own or {})
        self._memo: dict[object, Any] = {}

    @classmethod
    def before_payment(cls, ledger: Ledger, rows: NDArray[np.integer[Any]]) -> View:
        """Each disbursement as of its own `submitted_at`."""
        numbers = np.asarray(rows, dtype=np.int64)
        return cls(ledger, ledger.tables["disbursements"].known_at[numbers], numbers)

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
        first: Float = self.ledger.periods[0][self.own("period")]
        return first

    def period_to(self) -> Float:
        """Last local day of the period paid for."""
        last: Float = self.ledger.periods[1][self.own("period")]
        return last

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
            source, index, _, lo, hi = self._range(table, columns, codes, days)
            if source.has_versions:
                query, row = kernels.expand(lo, hi, index.rows, source.superseded_at, self.at)
            else:
                query, row = kernels.expand_all(lo, hi, index.rows)
            # The codes are kept too: while they live, no other array can have their id.
            self._memo[memo] = (Pairs(self, table, query, row), codes)
        pairs: Pairs = self._memo[memo][0]
        return pairs

    def latest(self, table: str, keys: Keys) -> NDArray[np.int64]:
        """Row number of the latest version on record for each query, -1 where there is none; shape (n,)."""
        columns, codes = self._keys(keys)
        memo = ("latest", table, columns, tuple(id(c) for c in codes) if isinstance(keys, Mapping) else None)
        if memo not in self._memo:
            source, index, _, lo, hi = self._range(table, columns, codes, None)
            if source.has_versions:
                found = kernels.newest_standing(lo, hi, index.rows, source.superseded_at, self.at)
            else:
                found = kernels.newest(lo, hi, index.rows)
            self._memo[memo] = (found.astype(np.int64), codes)
        rows: NDArray[np.int64] = self._memo[memo][0]
        return rows

    def at_rows(self, table: str, column: str, rows: NDArray[np.integer[Any]]) -> NDArray[Any]:
        """A column at row numbers from `latest`; null (NaN or -1) where the row is -1."""
        values = self.ledger.tables[table].column(column)
        null = -1 if values.dtype.kind == "i" else np.nan
        if len(values) == 0:
            return np.full(len(rows), null, dtype=values.dtype)
        return np.where(rows >= 0, values[np.maximum(rows, 0)], np.asarray(null, dtype=values.dtype))

    def lookup(self, table: str, column: str, keys: Keys) -> NDArray[Any]:
        """A column of the latest version on record for each query; null where there is none."""
        return self.at_rows(table, column, self.latest(table, keys))

    def running(self, table: str, keys: Keys, *, days: float | None = None, of: str | None = None) -> Float:
        """Count of rows (or sum of column `of`) known in the window for each query, in O(log group); shape (n,)."""
        columns, codes = self._keys(keys)
        source, index, groups, lo, hi = self._range(table, columns, codes, days)
        if of is None:
            out = (hi - lo).astype(np.float64)
            if source.has_versions:
                out -= kernels.count_replaced(
                    lo, hi, index.rows, _replaced(source, index), source.superseded_at, self.at
                )
            return out
        values = source.numbers(of)
        totals = index.totals(of, lambda: values)
        out = kernels.between_totals(index.starts, groups, lo, hi, totals)
        if source.has_versions:
            replaced = _replaced(source, index)
            out -= kernels.total_replaced(lo, hi, index.rows, replaced, source.superseded_at, self.at, values)
        return out

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
        source, index, _, lo, hi = self._range(table, columns, codes, days)
        values = source.codes(of)
        previous = index.previous(of, lambda: values)
        if source.has_versions:
            return kernels.count_distinct_standing(lo, hi, index.rows, previous, values, source.superseded_at, self.at)
        return kernels.count_distinct(lo, hi, index.rows, previous, values)

    def unique(self, *columns: str | NDArray[Any], names: tuple[str, ...] | None = None) -> Cells:
        """The distinct (columns..., moment) of the queries as a view of their own, to compute once what they share."""
        labels = names or tuple(str(c) for c in columns)
        memo = ("unique", labels, tuple(c if isinstance(c, str) else id(c) for c in columns))
        if memo not in self._memo:
            arrays = [np.asarray(self.own(c) if isinstance(c, str) else c, dtype=np.int64) for c in columns]
            self._memo[memo] = (Cells(self, dict(zip(labels, arrays, strict=True))), columns)
        cells: Cells = self._memo[memo][0]
        return cells

    def crossing(self, codes: Codes, source: str, target: str) -> NDArray[np.int32]:
        """Codes of one identifier space as codes of another holding the same text (-1: not there)."""
        table = self.ledger.crossing(source, target)
        if len(table) == 0:
            return np.full(len(codes), -1, dtype=np.int32)
        codes = np.asarray(codes, dtype=np.int64)
        return np.where(codes >= 0, table[np.maximum(codes, 0)], -1).astype(np.int32)

    def known_rows(self, table: str, *, days: float = 0.0) -> Int32:
        """Number of rows of a table known at (or that many days before) each moment: exactly those rows were; (n,)."""
        memo = ("known_rows", table, days)
        if memo not in self._memo:
            known = self.ledger.tables[table].known_at
            moments, inverse = self._moments
            found = np.searchsorted(known, moments - int(days * MICROSECONDS_A_DAY), side="right")
            self._memo[memo] = found.astype(np.int32)[inverse]
        bounds: Int32 = self._memo[memo]
        return bounds

    @property
    def _moments(self) -> tuple[NDArray[np.int64], Int32]:
        """Runs of equal moments and the run of each query: a payment run has few moments, neighbours share them."""
        if "moments" not in self._memo:
            new = np.ones(self.n, dtype=bool)
            new[1:] = self.at[1:] != self.at[:-1]
            self._memo["moments"] = (self.at[new], (np.cumsum(new) - 1).astype(np.int32))
        found: tuple[NDArray[np.int64], Int32] = self._memo["moments"]
        return found

    def _keys(self, keys: Keys) -> tuple[tuple[str, ...], list[NDArray[Any]]]:
        if isinstance(keys, Mapping):
            return tuple(keys), [np.asarray(k) for k in keys.values()]
        columns = (keys,) if isinstance(keys, str) else tuple(keys)
        return columns, [self.own(c) for c in columns]

    def _range(
        self, table: str, columns: tuple[str, ...], codes: list[NDArray[Any]], days: float | None
    ) -> tuple[LedgerTable, GroupIndex, Int32, Int32, Int32]:
        """Table, index, and for each query its group and the positions [lo, hi) of the rows it may know."""
        source = self.ledger.tables[table]
        index = source.index(columns)
        groups = index.lookup([as_codes(c) for c in codes])
        after = np.zeros(self.n, np.int32) if days is None else self.known_rows(table, days=days)
        lo, hi = kernels.narrow(index.starts, index.ends, index.rows, groups, after, self.known_rows(table))
        return source, index, groups, lo, hi


class Cells(View):
    """A view over the distinct keys of another, and the way back."""

    def __init__(self, parent: View, keys: dict[str, NDArray[np.int64]]) -> None:
        first, self._inverse = number_rows([*keys.values(), parent.at])
        super().__init__(parent.ledger, parent.at[first], None, {name: k[first] for name, k in keys.items()})

    def spread(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values of shape (cells,) given back to each query of the parent view."""
        return values[self._inverse]


def index_memo(index: GroupIndex, key: object, make: Callable[[], T]) -> T:
    """Something computed once for an index, kept with it while the process runs."""
    return index.memoised(key, make)


def _replaced(source: LedgerTable, index: GroupIndex) -> Int32:
    return index.replaced(lambda: source.superseded_at)
