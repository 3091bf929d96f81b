"""Rows on record for each query: the small joins most features are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from features.asof import _reduce as reduce

if TYPE_CHECKING:
    from features.asof.view import View

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]


class Pairs:
    """(query, row) pairs of a view and a table: for each query the rows it could know, oldest knowledge first.

    `query` and `row` have shape (pairs,), sorted by query. Everything given per pair has that shape; everything
    reduced has shape (view.n,).
    """

    def __init__(self, view: View, table: str, query: NDArray[np.int32], row: NDArray[np.int32]) -> None:
        self.view = view
        self.table = table
        self.query = np.ascontiguousarray(query, dtype=np.int32)
        self.row = row
        self._columns: dict[str, NDArray[Any]] = {}

    def __len__(self) -> int:
        return len(self.query)

    def __getitem__(self, column: str) -> NDArray[Any]:
        """The table's column by pair: codes, local days, fen or numbers (see `features.asof.ledger`)."""
        if column not in self._columns:
            self._columns[column] = self.view.ledger.tables[self.table].column(column)[self.row]
        return self._columns[column]

    def derived(self, name: str, make: Callable[..., NDArray[Any]]) -> NDArray[Any]:
        """A derived column of the table by pair."""
        return np.asarray(self.view.ledger.tables[self.table].derived(name, make)[self.row])

    def is_(self, column: str, *values: str) -> Bool:
        """Whether an enum column has one of `values`, by pair. Raises ValueError for a value the contract lacks."""
        declared = self.view.ledger.tables[self.table].schema.column(column).values
        found = self[column]
        mask = np.zeros(len(found), dtype=bool)
        for value in values:
            mask |= found == declared.index(value)
        return mask

    def period_from(self) -> Float:
        """First local day of the row's `period`, by pair."""
        return self.view.ledger.periods[0][self["period"].astype(np.int64)]

    def period_to(self) -> Float:
        """Last local day of the row's `period`, by pair."""
        return self.view.ledger.periods[1][self["period"].astype(np.int64)]

    def own(self, per_query: NDArray[np.generic] | str) -> NDArray[np.float64]:
        """A value of the query (array of shape (n,), or name of a column of the scored row) by pair."""
        values = self.view.own(per_query) if isinstance(per_query, str) else per_query
        return np.asarray(values)[self.query]

    @property
    def at(self) -> Float:
        """The query's moment in local days, by pair."""
        return self.view.day_at[self.query]

    def where(self, mask: Bool) -> Pairs:
        """Only the pairs where `mask` is true."""
        return Pairs(self.view, self.table, self.query[mask], self.row[mask])

    def count(self) -> Float:
        """Pairs of each query."""
        return reduce.count(self.query, self.view.n)

    def any(self) -> Float:
        """1.0 where the query has a pair, else 0.0."""
        return (self.count() > 0).astype(np.float64)

    def sum(self, values: NDArray[Any]) -> Float:
        """Sum by query; NaN values count as zero; 0 where there is no pair."""
        return reduce.total(self.query, _floats(values), self.view.n)

    def mean(self, values: NDArray[Any]) -> Float:
        """Mean by query over values that are not NaN; NaN where there is none."""
        return reduce.mean(self.query, _floats(values), self.view.n)

    def max(self, values: NDArray[Any]) -> Float:
        """Largest value by query, NaN ignored; NaN where there is none."""
        return reduce.largest(self.query, _floats(values), self.view.n)

    def min(self, values: NDArray[Any]) -> Float:
        """Smallest value by query, NaN ignored; NaN where there is none."""
        return reduce.smallest(self.query, _floats(values), self.view.n)

    def quantile(self, values: NDArray[Any], q: float) -> Float:
        """Quantile by query (lower interpolation), NaN ignored; NaN where there is none."""
        return reduce.quantile(self.query, _floats(values), self.view.n, q)

    def median(self, values: NDArray[Any]) -> Float:
        """Lower median by query."""
        return self.quantile(values, 0.5)

    def distinct(self, values: NDArray[Any]) -> Float:
        """Number of different values >= 0 by query (codes; null is not counted)."""
        return reduce.distinct(self.query, _floats(values), self.view.n)

    def last(self, values: NDArray[Any], by: NDArray[Any] | None = None) -> Float:
        """Value of the pair with the largest `by` (default: latest knowledge) of each query; NaN where none."""
        return self._pick(values, by, last=True)

    def first(self, values: NDArray[Any], by: NDArray[Any] | None = None) -> Float:
        """Value of the pair with the smallest `by` (default: earliest knowledge) of each query; NaN where none."""
        return self._pick(values, by, last=False)

    def _pick(self, values: NDArray[Any], by: NDArray[Any] | None, *, last: bool) -> Float:
        if by is None:
            return reduce.pick(self.query, _floats(values), self.view.n, last)
        return reduce.pick_by(self.query, _floats(values), _floats(by), self.view.n, last)


def _floats(values: NDArray[Any]) -> Float:
    return np.ascontiguousarray(values, dtype=np.float64)
