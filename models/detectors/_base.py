"""What every detector shares: checking, canonical order, chunks, and the scale on which scores can be averaged."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

import numpy as np
import threadpoolctl  # type: ignore[import-untyped]
from numpy.typing import NDArray

from models.detectors._order import canonical
from models.detectors._tail import Tail

Float = NDArray[np.float64]
Arrays = dict[str, NDArray[Any]]

# A chunk of 150 columns stays within a core's own cache.
CHUNK = 1024
# More rows than this teach a detector nothing new, and sorting them costs; which ones is decided by their content.
MOST_ROWS = 100_000
MOST_REFERENCE = 20_000
# Squares and sums of anything larger overflow; nothing is lost, since beyond it everything is equally far away.
LARGEST = 1e140
_SHARED = ("columns", "tail_raw", "tail_surprisal")


class Detector(ABC):
    """A detector that learns from rows and says how odd a row is.

    `raw` is the method's own measure, higher is odder, on the method's own scale; `surprisal` is the negative log of
    the share of training rows at least as odd; `score` is one minus that share. Infinite values count as very large.
    """

    def __init__(self) -> None:
        self._columns: NDArray[np.int64] | None = None
        self._tail = Tail.empty()

    @abstractmethod
    def _learn(self, x: Float, seed: int) -> None:
        """Learn from a canonical matrix (n, d) without infinite values."""

    @abstractmethod
    def _measure(self, x: Float) -> Float:
        """The method's own measure of a chunk (m, d) in canonical column order; shape (m,)."""

    @abstractmethod
    def _by_column(self, x: Float) -> Float:
        """How much each column adds to the measure of a chunk; shape (m, d)."""

    @abstractmethod
    def _learned(self) -> Arrays:
        """What was learned, as arrays."""

    @abstractmethod
    def _recall(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take back what `_learned` gave."""

    def fit(self, X: Float, *, seed: int = 0) -> Self:
        """Learn from X, float64 (n, d), NaN is missing. Equal seeds give equal detectors, in any order of rows.

        Raises ValueError when X is no matrix of numbers or has fewer than two rows or no column.
        """
        x = matrix(X)
        if x.shape[0] < 2 or x.shape[1] < 1:
            raise ValueError(f"X has the shape {x.shape}; a detector needs at least two rows and one column")
        rows, self._columns = canonical(x, seed)
        x = np.clip(x[rows[:MOST_ROWS]][:, self._columns], -LARGEST, LARGEST)
        self._learn(x, seed)
        self._tail = Tail.of(self._chunked(x[:MOST_REFERENCE], self._measure, (), np.arange(x.shape[1])))
        return self

    def raw(self, X: Float) -> Float:
        """The method's own measure of each row, higher is odder; shape (n,)."""
        return self._chunked(self._checked(X), self._measure, (), self._fitted())

    def surprisal(self, X: Float) -> Float:
        """Negative log of the share of training rows at least as odd as each row; shape (n,), 0 or more."""
        return self._tail.surprisal(self.raw(X))

    def score(self, X: Float) -> Float:
        """How odd each row is, in [0, 1]: 0.99 is odder than 99 % of the training rows; shape (n,)."""
        return -np.expm1(-self.surprisal(X))

    def contributions(self, X: Float) -> Float:
        """How much each column adds to `raw`, in the order of X's columns; shape (n, d); a row's sum is its `raw`."""
        columns = self._fitted()
        return self._chunked(self._checked(X), self._by_column, (len(columns),), columns)[:, np.argsort(columns)]

    def to_arrays(self) -> Arrays:
        """Everything learned, as plain arrays that `numpy.savez` keeps without pickling."""
        shared = (self._fitted(), self._tail.raw, self._tail.surprisals)
        return {**self._learned(), **dict(zip(_SHARED, shared, strict=True))}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The detector that `to_arrays` kept. Raises ValueError when an array is missing."""
        made = cls()
        try:
            made._columns = np.asarray(arrays["columns"], np.int64)
            made._tail = Tail(np.asarray(arrays["tail_raw"]), np.asarray(arrays["tail_surprisal"]))
            made._recall(arrays)
        except KeyError as missing:
            raise ValueError(f"{cls.__name__}: the array {missing} is missing") from missing
        return made

    def _fitted(self) -> NDArray[np.int64]:
        if self._columns is None:
            raise ValueError(f"{type(self).__name__} has not been fitted")
        return self._columns

    def _checked(self, x: Float) -> Float:
        columns = self._fitted()
        x = matrix(x)
        if x.shape[1] != len(columns):
            raise ValueError(f"X has {x.shape[1]} columns, and {type(self).__name__} learned from {len(columns)}")
        return x

    def _chunked(
        self, x: Float, work: Callable[[Float], Float], shape: tuple[int, ...], columns: NDArray[np.int64]
    ) -> Float:
        """Work chunk by chunk on two threads: memory stays small, and the chunks do not know of one another."""
        out = np.empty((len(x), *shape))

        def one(start: int) -> None:
            part = np.ascontiguousarray(x[start : start + CHUNK][:, columns])
            out[start : start + CHUNK] = work(np.clip(part, -LARGEST, LARGEST, out=part))

        starts = range(0, len(x), CHUNK)
        if len(starts) < 2:
            for start in starts:
                one(start)
            return out
        # Two threads that each start two for a small product wait for one another longer than they count.
        with (
            threadpoolctl.threadpool_limits(1, user_api="blas"),
            ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool,
        ):
            list(pool.map(one, starts))
        return out


def matrix(x: object) -> Float:
    """A float64 matrix (n, d). Raises ValueError saying what was found instead."""
    try:
        made = np.asarray(x, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError("X must hold numbers only; code categories as numbers first") from error
    if made.ndim != 2:
        raise ValueError(f"X must be a matrix (rows, columns); found the shape {made.shape}")
    return made


def medians(x: Float) -> Float:
    """The median of what is known in each column; 0 where nothing is; shape (d,)."""
    known = ~np.isnan(x)
    return np.array([np.median(x[known[:, j], j]) if known[:, j].any() else 0.0 for j in range(x.shape[1])])


def filled(x: Float, values: Float) -> Float:
    """The matrix with its missing values taken from `values` (d,)."""
    return np.where(np.isnan(x), values, x)
