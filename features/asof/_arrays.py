"""Arrow columns as the arrays a ledger keeps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

FEW = 16
"""Values read one by one."""
_PLAIN = (pa.float64(), pa.int64(), pa.int32())


def distinguished(values: NDArray[Any]) -> NDArray[Any]:
    """Codes as they are; dates and numbers numbered by size, -1 null."""
    if values.dtype.kind == "i":
        return values
    _, places = np.unique(values, return_inverse=True)
    return np.where(np.isnan(values), -1, places)


def to_numpy(values: pa.ChunkedArray | pa.Array) -> NDArray[np.generic]:
    """An Arrow column as a numpy array, copied where Arrow must."""
    combined = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return np.asarray(combined.to_numpy(zero_copy_only=False))


def whole(values: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """Moments as the whole numbers they are kept as."""
    if isinstance(values, pa.Array):
        return values.view(pa.int64())
    return pa.chunked_array([chunk.view(pa.int64()) for chunk in values.chunks], pa.int64())


def floats(values: pa.ChunkedArray | pa.Array) -> NDArray[np.float64]:
    """A column of numbers as float64, NaN null."""
    if len(values) <= FEW and values.type in _PLAIN:  # Arrow takes longer to be asked than these to be read.
        return np.array([np.nan if v is None else v for v in values.to_pylist()], dtype=np.float64)
    return np.asarray(to_numpy(pc.cast(values, pa.float64(), safe=False)), dtype=np.float64)


def fen(values: pa.ChunkedArray | pa.Array) -> NDArray[np.float64]:
    """decimal128(18, 2) as whole fen: the unscaled integer is read, no division takes place."""
    parts = []
    for chunk in [values] if isinstance(values, pa.Array) else values.chunks:
        low = np.frombuffer(chunk.buffers()[1], dtype=np.int64)[2 * chunk.offset : 2 * (chunk.offset + len(chunk)) : 2]
        whole = low.astype(np.float64)
        if chunk.null_count:
            whole[np.asarray(chunk.is_null().to_numpy(zero_copy_only=False))] = np.nan
        parts.append(whole)
    return np.concatenate(parts) if parts else np.empty(0)
