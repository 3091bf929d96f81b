"""The order rows are kept in: by when they became known, ties by key, so that the order of a file says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

if TYPE_CHECKING:
    from features.asof.ledger import LedgerTable

_ALWAYS = np.iinfo(np.int64).min
_DAY = 86_400_000_000


def order_of(table: LedgerTable) -> tuple[NDArray[np.int64] | None, NDArray[np.int64]]:
    """The sorting permutation (None when rows already lie in order) and `known_at` in microseconds UTC, sorted."""
    known = _known_at(table)
    keys: list[NDArray[np.generic]] = []
    own = table.schema.key or tuple(c.name for c in table.schema.columns if c.type != "list")
    ascending = bool(np.all(known[1:] >= known[:-1]))
    tied = ascending and bool(np.any(known[1:] == known[:-1]))
    if ascending and not tied:
        return None, known
    for name in own:
        if table.has(name):
            keys.extend(_sort_keys(table.raw(name)))
    order = np.lexsort((*reversed(keys), known))
    if np.array_equal(order, np.arange(len(order))):
        return None, known
    return order.astype(np.int64), known[order]


def _known_at(table: LedgerTable) -> NDArray[np.int64]:
    clock = table.schema.clock
    if clock is None or not table.has(clock):
        return np.full(table.rows, _ALWAYS, dtype=np.int64)
    values = table.raw(clock)
    if table.schema.column(clock).type == "date":
        days = pc.fill_null(values.cast(pa.int32()).cast(pa.int64()), 0)
        micros = days.to_numpy() * _DAY - table.ledger.utc_offset
    else:
        micros = pc.fill_null(values.cast(pa.int64()), 0).to_numpy().copy()
    if values.null_count:
        micros = micros.copy()
        micros[values.is_null().to_numpy()] = _ALWAYS
    return np.asarray(micros, dtype=np.int64)


def _sort_keys(values: pa.ChunkedArray) -> list[NDArray[np.generic]]:
    """Arrays that sort as the column does: big-endian words for short texts, ranks for long ones."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        values, kind = values.cast(pa.string()), pa.string()
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        filled = pc.fill_null(values, "")
        longest = pc.max(pc.binary_length(filled)).as_py() or 0
        if longest > 24:
            return [np.asarray(pc.rank(filled, sort_keys="ascending", tiebreaker="dense").to_numpy())]
        width = max(8, -(-longest // 8) * 8)
        fixed = np.asarray(filled.to_numpy(), dtype=object)
        packed = np.array([str(v).encode() for v in fixed], dtype=f"S{width}") if len(fixed) else np.empty(0, f"S{width}")
        words = packed.view(">u8").reshape(len(packed), width // 8)
        return [words[:, k] for k in range(width // 8)]
    if pa.types.is_decimal(kind):
        return [np.asarray(pc.fill_null(values.cast(pa.float64()), -1e18).to_numpy())]
    if pa.types.is_list(kind):
        return []
    numbers = values.cast(pa.int64()) if pa.types.is_temporal(kind) and kind != pa.date32() else values
    if kind == pa.date32():
        numbers = values.cast(pa.int32())
    return [np.asarray(pc.fill_null(numbers.cast(pa.float64(), safe=False), -1e18).to_numpy())]
