"""The order rows are kept in: by when they became known, ties by key, so that the order of a file says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.asof import _ties as ties
from features.asof._arrays import whole

if TYPE_CHECKING:
    from features.asof.ledger import LedgerTable

_ALWAYS = np.iinfo(np.int64).min
_DAY = 86_400_000_000
_NULL = -1e18


def order_of(table: LedgerTable) -> tuple[NDArray[np.int64] | None, NDArray[np.int64]]:
    """The sorting permutation (None when rows already lie in order) and `known_at` in microseconds UTC, sorted.

    Columns of the key are read one by one and only while some rows still tie.
    """
    known = _known_at(table)
    order = np.arange(len(known), dtype=np.int64)
    if not bool(np.all(known[1:] >= known[:-1])):
        order = np.argsort(known, kind="stable")
        known = known[order]
    tied = np.zeros(len(known), dtype=bool)
    tied[1:] = known[1:] == known[:-1]
    own = table.schema.key or tuple(c.name for c in table.schema.columns)
    for name in own:
        if not tied.any():
            break
        if table.has(name):
            _settle(order, tied, table.raw(name))
    if ties.is_identity(order):
        return None, known
    return order, known


def _settle(order: NDArray[np.int64], tied: NDArray[np.bool_], values: pa.ChunkedArray) -> None:
    """Sort each run of tied rows by one more column, and mark which of them still tie."""
    kind = values.type
    if pa.types.is_list(kind):
        return
    if pa.types.is_dictionary(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        texts = pc.fill_null(values.cast(pa.large_string()), "").combine_chunks()
        if isinstance(texts, pa.ChunkedArray):  # Arrow leaves an empty column in chunks.
            texts = pa.array([], pa.large_string())
        _, offsets, data = texts.buffers()
        if offsets is not None and len(texts):
            starts = np.frombuffer(offsets, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
            letters = np.frombuffer(data, dtype=np.uint8) if data is not None else np.empty(0, np.uint8)
            ties.settle_texts(order, tied, starts, letters)
        return
    ties.settle_numbers(order, tied, _numbers(values))


def _numbers(values: pa.ChunkedArray) -> NDArray[np.float64]:
    kind = values.type
    if kind == pa.date32():
        values = values.cast(pa.int32())
    elif pa.types.is_temporal(kind):
        values = values.cast(pa.int64())
    return np.asarray(pc.fill_null(values.cast(pa.float64(), safe=False), _NULL).to_numpy(), dtype=np.float64)


def _known_at(table: LedgerTable) -> NDArray[np.int64]:
    clock = table.schema.clock
    if clock is None or not table.has(clock):
        return np.full(table.rows, _ALWAYS, dtype=np.int64)
    return moments(table.raw(clock), table.schema.column(clock).type == "date", table.ledger.utc_offset)


def moments(values: pa.ChunkedArray, is_date: bool, utc_offset: int) -> NDArray[np.int64]:
    """A clock column as microseconds UTC; a date is the midnight it begins with, null was always known."""
    if is_date:
        days = pc.fill_null(values.cast(pa.int32()).cast(pa.int64()), 0)
        micros = days.to_numpy() * _DAY - utc_offset
    else:
        numbers = whole(values)
        micros = (pc.fill_null(numbers, 0) if numbers.null_count else numbers).to_numpy()
    if values.null_count:
        micros = micros.copy()
        micros[values.is_null().to_numpy()] = _ALWAYS
    return np.asarray(micros, dtype=np.int64)
