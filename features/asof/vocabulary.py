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
        found = pc.index_in(_strings(column), value_set=self.values)
        if isinstance(found, pa.ChunkedArray):
            found = found.combine_chunks()
        return np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), dtype=np.int32)

    def encode_values(self, values: Sequence[str | None]) -> Int32:
        """Codes of plain Python strings."""
        return self.encode(pa.array(values, pa.string()))

    def decode(self, codes: NDArray[np.integer]) -> list[str | None]:
        """The values behind codes; None where the code is negative."""
        taken = self.values.take(pa.array(np.asarray(codes), mask=np.asarray(codes) < 0))
        return list(taken.to_pylist())


def numbered(column: pa.ChunkedArray) -> tuple[pa.Array, Int32]:
    """The distinct values of one column and each row's place among them (-1 null), hashing every row once."""
    encoded = column.unify_dictionaries() if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    if encoded.num_chunks == 0:
        return pa.array([], pa.string()), np.empty(0, np.int32)
    parts = [np.asarray(pc.fill_null(c.indices, -1).to_numpy(zero_copy_only=False), np.int32) for c in encoded.chunks]
    return encoded.chunk(0).dictionary.cast(pa.string()), np.concatenate(parts)


def merged(columns: Sequence[tuple[pa.Array, Int32]]) -> tuple[pa.Array, list[Int32]]:
    """One vocabulary for several numbered columns, and each column's rows as its codes.

    Values are numbered in order of first appearance in the columns as given, whatever order their own lists have.
    """
    ordered: list[pa.Array] = []
    places: list[Int32] = []
    for values, indices in columns:
        order, place = _by_appearance(indices, len(values))
        ordered.append(values if _is_range(order, len(values)) else values.take(pa.array(order)))
        places.append(place)
    lists = [o for o in ordered if len(o)]
    if len(lists) > 1:
        vocabulary = pa.chunked_array(lists, type=pa.string()).unique()
    else:
        vocabulary = lists[0] if lists else pa.array([], pa.string())
    out: list[Int32] = []
    lookup = Vocabulary(vocabulary)
    for k, (_, indices) in enumerate(columns):
        if len(lists) and ordered[k] is not lists[0]:
            places[k] = _through(places[k], lookup.encode(ordered[k]))
        out.append(_through(indices, places[k]))
    return vocabulary, out


def _is_range(order: Int32, size: int) -> bool:
    return len(order) == size and bool((order == np.arange(size, dtype=np.int32)).all())


@njit(cache=True, nogil=True)
def _by_appearance(indices: Int32, size: int) -> tuple[Int32, Int32]:
    """Values in order of first appearance, and each value's place in that order (-1: never appears)."""
    place = np.full(size, -1, np.int32)
    order = np.empty(size, np.int32)
    total = 0
    for i in indices:
        if i >= 0 and place[i] < 0:
            place[i] = total
            order[total] = i
            total += 1
    return order[:total].copy(), place


@njit(cache=True, nogil=True)
def _through(indices: Int32, target: Int32) -> Int32:
    """`target[indices]`, -1 staying -1."""
    out = np.empty(indices.shape[0], np.int32)
    for p in range(indices.shape[0]):
        out[p] = target[indices[p]] if indices[p] >= 0 else -1
    return out


def _strings(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """Plain strings, whatever the storage (dictionary, large_string)."""
    return column if column.type == pa.string() else column.cast(pa.string())
