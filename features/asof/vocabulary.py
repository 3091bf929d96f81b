"""Identifiers as whole numbers: one vocabulary an identifier space, shared by all tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit
from numpy.typing import NDArray

Int32 = NDArray[np.int32]


class Vocabulary:
    """The distinct values of one identifier space (persons, cards, ...), numbered from 0; -1 is null or unseen."""

    def __init__(self, values: pa.Array) -> None:
        self.values = values

    def __len__(self) -> int:
        return len(self.values)

    def encode(self, column: pa.ChunkedArray | pa.Array) -> Int32:
        """Codes of shape (n,); -1 where the value is null or not in the vocabulary."""
        found = pc.index_in(strings(column), value_set=self.values)
        if isinstance(found, pa.ChunkedArray):
            found = found.combine_chunks()
        return np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), dtype=np.int32)

    def encode_values(self, values: Sequence[str | None]) -> Int32:
        """Codes of plain Python strings."""
        return self.encode(pa.array(values, pa.string()))

    def texts(self, codes: NDArray[np.integer]) -> pa.Array:
        """The texts behind codes as Arrow strings, null where the code is negative."""
        asked = np.asarray(codes)
        return self.values.take(pa.array(asked, mask=asked < 0))

    def decode(self, codes: NDArray[np.integer]) -> list[str | None]:
        """The values behind codes; None where the code is negative."""
        return list(self.texts(codes).to_pylist())


def in_order_of_appearance(values: pa.Array, columns: Sequence[Int32]) -> tuple[pa.Array, list[Int32]]:
    """A vocabulary and columns of its codes, numbered anew by first appearance in the columns as they lie now."""
    place = np.full(len(values), -1, np.int32)
    order = np.empty(len(values), np.int32)
    total = 0
    for codes in columns:
        total = _by_appearance(codes, place, order, total)
    if bool((place == np.arange(len(values), dtype=np.int32)).all()):
        return values, list(columns)
    return values.take(pa.array(order[:total])), [_through(codes, place) for codes in columns]


@njit(cache=True, nogil=True)
def _by_appearance(codes: Int32, place: Int32, order: Int32, total: int) -> int:
    """Give a place to each code that has none yet, in order; the number of places given."""
    for code in codes:
        if code >= 0 and place[code] < 0:
            place[code] = total
            order[total] = code
            total += 1
    return total


@njit(cache=True, nogil=True)
def _through(indices: Int32, target: Int32) -> Int32:
    """`target[indices]`, -1 staying -1."""
    out = np.empty(indices.shape[0], np.int32)
    for p in range(indices.shape[0]):
        out[p] = target[indices[p]] if indices[p] >= 0 else -1
    return out


def strings(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """Plain strings, whatever the storage (dictionary, large_string)."""
    return column if column.type == pa.string() else column.cast(pa.string())
