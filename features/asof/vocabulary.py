"""Identifiers as whole numbers: one vocabulary an identifier space, shared by all tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


class Vocabulary:
    """The distinct values of one identifier space (persons, cards, ...), numbered from 0; -1 is null or unseen."""

    def __init__(self, values: pa.Array) -> None:
        self.values = values

    def __len__(self) -> int:
        return len(self.values)

    def encode(self, column: pa.ChunkedArray | pa.Array) -> NDArray[np.int32]:
        """Codes of shape (n,); -1 where the value is null or not in the vocabulary."""
        found = pc.index_in(_strings(column), value_set=self.values)
        if isinstance(found, pa.ChunkedArray):
            found = found.combine_chunks()
        return np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), dtype=np.int32)

    def encode_values(self, values: Sequence[str | None]) -> NDArray[np.int32]:
        """Codes of plain Python strings."""
        return self.encode(pa.array(values, pa.string()))

    def decode(self, codes: NDArray[np.integer]) -> list[str | None]:
        """The values behind codes; None where the code is negative."""
        taken = self.values.take(pa.array(np.asarray(codes), mask=np.asarray(codes) < 0))
        return list(taken.to_pylist())


def distinct(columns: Iterable[pa.ChunkedArray]) -> pa.Array:
    """The different values of several columns in order of first appearance, null left out."""
    parts = [_strings(column).unique() for column in columns]
    merged = pa.chunked_array(parts, type=pa.string()).unique() if parts else pa.array([], pa.string())
    return merged.drop_null()


def _strings(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """Plain strings, whatever the storage (dictionary, large_string)."""
    return column if column.type == pa.string() else column.cast(pa.string())
