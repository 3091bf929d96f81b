"""Rows on record for each query: the small joins most features are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

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
        self.query = query
        self.row = row

    def __len__(self) -> int:
        return len(self.query)

    def __getitem__(self, column: str) -> NDArray[np.float64]:
        """The table's column by pair: codes, local days, fen or numbers (see `features.asof.ledger`)."""
        return self.view.ledger.tables[self.table].column(column)[self.row]

    def derived(self, name: str, make: Callable[..., NDArray[np.float64]]) -> Float:
        """A derived column of the table by pair."""
        return np.asarray(self.view.ledger.tables[self.table].derived(name, make)[self.row])

    def is_(self, column: str, *values: str) -> Bool:
        """Whether an enum column has one of `values`, by pair. Raises ValueError for a value the contract lacks."""
        declared = self.view.ledger.tables[self.table].schema.column(column).values
        wanted = [declared.index(v) for v in values]
        return np.isin(self[column], wanted)

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
        return np.bincount(self.query, minlength=self.view.n).astype(np.float64)

    def any(self) -> Float:
        """1.0 where the query has a pair, else 0.0."""
        return (self.count() > 0).astype(np.float64)

    def sum(self, values: Float) -> Float:
        """Sum by query; NaN values count as zero; 0 where there is no pair."""
        return np.bincount(self.query, weights=np.nan_to_num(values), minlength=self.view.n)

    def mean(self, values: Float) -> Float:
        """Mean by query over values that are not NaN; NaN where there is none."""
        good = ~np.isnan(values)
        number = np.bincount(self.query[good], minlength=self.view.n)
        total = np.bincount(self.query[good], weights=values[good], minlength=self.view.n)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(number > 0, total / number, np.nan)

    def max(self, values: Float) -> Float:
        """Largest value by query, NaN ignored; NaN where there is none."""
        out = np.full(self.view.n, -np.inf)
        np.maximum.at(out, self.query, np.where(np.isnan(values), -np.inf, values))
        return np.where(np.isinf(out), np.nan, out)

    def min(self, values: Float) -> Float:
        """Smallest value by query, NaN ignored; NaN where there is none."""
        return -self.max(-values)

    def quantile(self, values: Float, q: float) -> Float:
        """Quantile by query (lower interpolation), NaN ignored; NaN where there is none."""
        good = ~np.isnan(values)
        query, kept = self.query[good], values[good]
        order = np.lexsort((kept, query))
        number = np.bincount(query, minlength=self.view.n)
        start = np.cumsum(number) - number
        place = start + np.floor((number - 1).clip(0) * q).astype(np.int64)
        sorted_values = kept[order]
        if len(sorted_values) == 0:
            return np.full(self.view.n, np.nan)
        return np.where(number > 0, sorted_values[place.clip(0, len(sorted_values) - 1)], np.nan)

    def median(self, values: Float) -> Float:
        """Lower median by query."""
        return self.quantile(values, 0.5)

    def distinct(self, values: NDArray[np.generic]) -> Float:
        """Number of different values >= 0 by query (codes; null is not counted)."""
        codes = np.asarray(values)
        good = codes >= 0
        query, kept = self.query[good], codes[good]
        if len(query) == 0:
            return np.zeros(self.view.n)
        order = np.lexsort((kept, query))
        q, v = query[order], kept[order]
        first = np.ones(len(q), dtype=bool)
        first[1:] = (q[1:] != q[:-1]) | (v[1:] != v[:-1])
        return np.bincount(q[first], minlength=self.view.n).astype(np.float64)

    def last(self, values: NDArray[np.generic], by: Float | None = None) -> Float:
        """Value of the pair with the largest `by` (default: latest knowledge) of each query; NaN where none."""
        return self._pick(values, by, last=True)

    def first(self, values: NDArray[np.generic], by: Float | None = None) -> Float:
        """Value of the pair with the smallest `by` (default: earliest knowledge) of each query; NaN where none."""
        return self._pick(values, by, last=False)

    def _pick(self, values: NDArray[np.generic], by: Float | None, *, last: bool) -> Float:
        out = np.full(self.view.n, np.nan)
        if len(self.query) == 0:
            return out
        order = np.arange(len(self.query)) if by is None else np.lexsort((np.nan_to_num(by, nan=-np.inf), self.query))
        if not last:
            order = order[::-1]
        out[self.query[order]] = np.asarray(values, dtype=np.float64)[order]
        return out
