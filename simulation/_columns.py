"""Columns as they are handed over: text ids, dates, moments with an offset, exact money."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulation._clock import DAY, FAR
from simulation._frame import Array, Ints

_TIMES = pa.array([f"T{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}+08:00" for s in range(DAY)])
_FIRST_DAY = -36_525  # 1870
_DATES = pa.array(np.datetime_as_string(np.arange(_FIRST_DAY, 40_000).astype("datetime64[D]")).tolist())
MONEY = pa.decimal128(14, 2)


def dates(day: Ints) -> pa.Array:
    """`YYYY-MM-DD`, null where the day is FAR or later."""
    return _DATES.take(_index(day - _FIRST_DAY, day >= FAR))


def moments(at: Ints) -> pa.Array:
    """`YYYY-MM-DDTHH:MM:SS+08:00`, null where 0."""
    missing = at == 0
    date = _DATES.take(_index(at // DAY - _FIRST_DAY, missing))
    return pc.binary_join_element_wise(date, _TIMES.take(pa.array(at % DAY)), "")


def money(fen: Ints) -> pa.Array:
    """Yuan with two decimals, exact."""
    words = np.ascontiguousarray(np.stack([fen, fen >> 63], axis=1))
    return pa.Array.from_buffers(MONEY, len(fen), [None, pa.py_buffer(words)])


def chosen(values: Any, index: Ints) -> pa.Array:
    """`values[index]`, null where the index is negative. Empty text becomes null."""
    pool = pa.array([None if v == "" else v for v in values], type=pa.string())
    return pool.take(_index(index, index < 0))


def text(values: Array) -> pa.Array:
    """Text, null where empty or None."""
    return pa.array([v or None for v in values.tolist()], type=pa.string())


def whole(values: Ints, missing: Array | None = None) -> pa.Array:
    """Whole numbers, null where `missing`."""
    return pa.array(values, mask=missing)


def phones(values: Ints) -> pa.Array:
    """Phone numbers as text, null where 0."""
    return pc.cast(pa.array(values, mask=values == 0), pa.string())


def serials(prefix: str, number: Ints, width: int) -> pa.Array:
    """`prefix` and the zero-filled number; null where negative."""
    digits = pc.utf8_lpad(pc.cast(pa.array(number, mask=number < 0), pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, digits, "")


def flags(values: Ints) -> pa.Array:
    """1, 0 and -1 as true, false and null."""
    return pa.array(values == 1, mask=values < 0)


def _index(values: Ints, missing: Array) -> pa.Array:
    return cast(pa.Array, pa.array(np.where(missing, 0, values), mask=missing))
