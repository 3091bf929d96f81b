"""Columns that arrive typed in Parquet: which types may stand for which, and their conversion without loss.

A type that cannot be right for any row (binary floats for money, moments without a zone) stops the load: it was a
choice of whoever wrote the file, and quarantining every row would only hide it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from features.contract import Column
from features.intake._reasons import expected
from features.intake._types import CANONICAL, BoolMask, as_mask, from_text, with_required
from features.intake.errors import IntakeError

Converter = Callable[[Column, pa.Array], tuple[pa.Array, BoolMask | None]]

_STRINGS: Final = (
    pa.string(),
    pa.large_string(),
    pa.string_view(),
    pa.binary(),
    pa.large_binary(),
    pa.binary_view(),
)
_TEXT_LIKE: Final = frozenset({"id", "text", "enum", "period"})


def converter(column: Column, kind: pa.DataType, path: Path) -> Converter:
    """The conversion from an Arrow type to the column's canonical type.

    Raises IntakeError where that type cannot hold the column's values exactly.
    """
    if pt.is_dictionary(kind):
        kind = kind.value_type
    if pt.is_null(kind) or holds_text(kind):
        return _text
    if column.type in _TEXT_LIKE and pt.is_integer(kind):
        return _whole_as_text
    if column.type == "date" and (pt.is_date(kind) or (pt.is_timestamp(kind) and kind.tz is None)):
        return _date
    if column.type == "ts" and pt.is_timestamp(kind) and kind.tz is not None:
        return _ts
    if column.type == "money" and pt.is_decimal(kind):
        return _money
    if column.type == "number" and (pt.is_floating(kind) or pt.is_integer(kind) or pt.is_decimal(kind)):
        return _number
    if column.type == "int" and (pt.is_floating(kind) or pt.is_integer(kind) or pt.is_decimal(kind)):
        return _int
    if column.type == "bool" and pt.is_boolean(kind):
        return _same
    if column.type == "list" and (pt.is_list(kind) or pt.is_large_list(kind)) and holds_text(kind.value_type):
        return _list
    english, chinese = expected(column)
    if column.type == "money":
        advice = ("Write the column as decimal with two places, or as text", "请将该列写为两位小数的decimal，或文本")
    elif column.type == "ts":
        advice = ("Write the column with a time zone, or as text with an offset", "请写入时区，或写为带时区的文本")
    else:
        advice = ("Write the column as text in the form above, or in a type that holds it", "请写为上述格式的文本")
    raise IntakeError(path, (f"type {kind}", f"类型{kind}"), (english, chinese), advice, column=column.name)


def notes_on(column: Column, kind: pa.DataType) -> str:
    """A remark on a type that is taken although it may have lost something; empty where there is nothing to say."""
    if column.type == "id" and pt.is_integer(kind):
        return f"{column.name} holds integers, not text: leading zeros, if there were any, are lost"
    return ""


def holds_text(kind: pa.DataType) -> bool:
    """Strings and bytes of any width."""
    return kind in _STRINGS


def _text(column: Column, raw: pa.Array) -> tuple[pa.Array, BoolMask | None]:
    """Strings, dictionaries of strings, and columns that are null throughout. UTF-8 has been checked before."""
    return from_text(column, raw.cast(pa.string()))


def _whole_as_text(column: Column, raw: pa.Array) -> tuple[pa.Array, BoolMask | None]:
    """Integers where identifiers or periods are expected."""
    return from_text(column, _plain(raw).cast(pa.string()))


def _same(column: Column, raw: pa.Array) -> tuple[pa.Array, BoolMask | None]:
    """Already canonical."""
    values = _plain(raw)
    return values, with_required(column, values, None)


def _date(column: Column, raw: pa.Array) -> tuple[pa.Array, BoolMask | None]:
    """Dates, or moments without zone that all stand at midnight (as pandas writes dates)."""
    raw = _plain(raw)
    values = raw.cast(pa.date32(), safe=False)
    bad = _unless(pc.equal(values.cast(raw.type, safe=False), raw))
    bad = _or(bad, _out_of_range(values.cast(pa.timestamp("s"))))
    return _refused(column, values, bad)


def _ts(column: Column, raw: pa.Array) -> tuple[pa.Array, BoolMask | None]:
    """Moments with a zone. Finer parts than a microsecond are cut off, as no clock of the contract has them."""
    raw = _plain(raw)
    coarse = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}[raw.type.unit]
    bad = _out_of_range(pc.divide(raw.cast(pa.int64()), coarse).cast(pa.timestamp("s")))
    if bad is not None:
        raw = pc.if_else(pa.array(~bad), raw, pa.scalar(None, raw.type))
    return _refused(column, raw.cast(pa.timestamp("us", tz="UTC"), safe=False), bad)


def _money(column: Column, raw: pa.Array) -> tuple[pa.Array, BoolMask | None]:
    """Decimals whose value has two places and fits 16 digits before the point."""
    return _exactly(column, _plain(raw), CANONICAL["money"])


def _number(column: Column, raw: pa.Array) -> tuple[pa.Array, BoolMask | None]:
    """Floats, integers, decimals; not-a-number is how some programs write null."""
    values = _plain(raw).cast(pa.float64(), safe=False)
    values = pc.if_else(pc.is_nan(values), pa.scalar(None, pa.float64()), values)
    return _refused(column, values, _unless(pc.is_finite(values)))


def _int(column: Column, raw: pa.Array) -> tuple[pa.Array, BoolMask | None]:
    """Integers of any width, and floats and decimals that are whole (pandas turns 1 into 1.0 beside a null)."""
    raw = _plain(raw)
    if pt.is_floating(raw.type):
        raw = raw.cast(pa.float64())
        raw = pc.if_else(pc.is_nan(raw), pa.scalar(None, raw.type), raw)
    return _exactly(column, raw, pa.int64())


def _list(column: Column, raw: pa.Array) -> tuple[pa.Array, BoolMask | None]:
    """Lists of strings, checked in the joined form; an empty list is null."""
    return from_text(column, pc.binary_join(_plain(raw).cast(pa.list_(pa.string())), "|"))


def _exactly(column: Column, raw: pa.Array, kind: pa.DataType) -> tuple[pa.Array, BoolMask | None]:
    """Cast, refusing the values that would change; values are tried alone only where some of them would."""
    try:
        values, bad = raw.cast(kind), None
    except pa.ArrowInvalid:
        distinct = raw.dictionary_encode()
        fits = np.array([_fits(value, kind) for value in distinct.dictionary], np.bool_)
        good = pc.take(pa.array(fits), distinct.indices)
        values = pc.if_else(good, raw, pa.scalar(None, raw.type)).cast(kind)
        bad = _unless(good)
    return _refused(column, values, bad)


def _fits(value: pa.Scalar, kind: pa.DataType) -> bool:
    """Whether a single value survives the cast unchanged."""
    try:
        value.cast(kind)
    except pa.ArrowInvalid:
        return False
    return True


def _plain(raw: pa.Array) -> pa.Array:
    """Without dictionary encoding."""
    return raw.dictionary_decode() if pt.is_dictionary(raw.type) else raw


def _out_of_range(seconds: pa.Array) -> BoolMask | None:
    """Moments outside the years 1000 to 9999, which text could not hold either."""
    year = pc.year(seconds)
    return _unless(pc.and_(pc.greater_equal(year, 1000), pc.less_equal(year, 9999)))


def _unless(good: pa.Array) -> BoolMask | None:
    """The mask of what is not good (null counts as good), None where all is."""
    return None if pc.all(good, min_count=0).as_py() else ~as_mask(pc.fill_null(good, True))


def _or(one: BoolMask | None, other: BoolMask | None) -> BoolMask | None:
    """Either mask."""
    return other if one is None else one if other is None else one | other


def _refused(column: Column, values: pa.Array, bad: BoolMask | None) -> tuple[pa.Array, BoolMask | None]:
    """Null out what is refused, and add missing required values to the mask."""
    if bad is not None:
        values = pc.if_else(pa.array(~bad), values, pa.scalar(None, values.type))
    return values, with_required(column, values, bad)
