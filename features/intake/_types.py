"""From text to typed Arrow columns: one grammar for each type of the contract.

A grammar is complete: whatever it matches converts without loss, whatever it does not match is refused. So the result
for a value never depends on its neighbours, and a whole column is checked and converted by two compiled passes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.contract import MAX_ID_LENGTH, Column, ColumnType, Table
from features.intake._few import FEW, Few

BoolMask = npt.NDArray[np.bool_]

CANONICAL: Final[dict[ColumnType, pa.DataType]] = {
    "id": pa.string(),
    "text": pa.string(),
    "enum": pa.string(),
    "period": pa.string(),
    "date": pa.date32(),
    "ts": pa.timestamp("us", tz="UTC"),
    "money": pa.decimal128(18, 2),
    "number": pa.float64(),
    "int": pa.int64(),
    "bool": pa.bool_(),
    "list": pa.list_(pa.string()),
}
"""Arrow type of each contract type in the store."""

_LEAP: Final = r"(?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"


def _day(year: str) -> str:
    """A regular expression for every day that exists, given one for the year."""
    return (
        rf"(?:{year}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)"
        rf"|02-(?:0[1-9]|1\d|2[0-8]))|{_LEAP}-02-29)"
    )


_GRAMMAR: Final[dict[ColumnType, str]] = {
    "date": rf"^{_day('[1-9][0-9]{3}')}$",
    "ts": rf"^{_day('[1-9][0-9]{3}')}T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{{1,6}})?)?"
    r"(?:Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)$",
    "money": r"^-?\d{1,16}\.\d\d$",
    "number": r"^-?(?:\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})(?:[eE][+-]?\d{1,3})?$",
    "int": r"^-?\d{1,18}$",
    "bool": r"^(?:true|false)$",
    "list": rf"^[^|]{{1,{MAX_ID_LENGTH}}}(?:\|[^|]{{1,{MAX_ID_LENGTH}}})*$",
    "period": r"^\d{4}(?:Q[1-4]|-(?:0[1-9]|1[0-2]))?$",
}
"""RE2 patterns. Years 0000 to 0999 are no dates here: they are what programs write for "unknown"."""

_FEW: Final = Few(_GRAMMAR)


def canonical_schema(table: Table, present: set[str]) -> pa.Schema:
    """Arrow schema of the stored table: the columns of `present`, in contract order, in canonical types."""
    return pa.schema([(c.name, CANONICAL[c.type]) for c in table.columns if c.name in present])


def as_mask(array: Any) -> BoolMask:
    """A boolean Arrow array (nulls count as false) as numpy."""
    return cast(BoolMask, pc.fill_null(array, False).to_numpy(zero_copy_only=False))


def reader(column: Column) -> Callable[[str], Any]:
    """What reads one text that is not empty as a value of the column, as Arrow takes it; `REFUSED` where it is none."""
    return _FEW.reader(column)


def from_text(column: Column, text: pa.Array) -> tuple[pa.Array, BoolMask | None]:
    """Check and convert a string array, null or empty where there is no value.

    Returns the canonical array of the same length and a mask of refused rows, None when there are none. Refused rows
    are null in the array.
    """
    if len(text) <= FEW:
        found, refused = _FEW.read(column, text.to_pylist())
        few = pa.array(found, CANONICAL[column.type])
        wrong: BoolMask | None = None
        if refused:
            wrong = np.zeros(len(text), np.bool_)
            wrong[refused] = True
        return few, with_required(column, few, wrong)
    return from_many_texts(column, text)


def from_many_texts(column: Column, text: pa.Array) -> tuple[pa.Array, BoolMask | None]:
    """The same by compiled passes over the column."""
    if text.null_count < len(text) and pc.min(pc.binary_length(text)).as_py() == 0:
        text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    good = _matches(column, text)
    if good is not None:
        text = pc.if_else(good, text, pa.scalar(None, pa.string()))
    values = _convert(column, text)
    bad: BoolMask | None = None if good is None else ~as_mask(pc.fill_null(good, True))
    if column.type == "number" and len(values) and not pc.all(pc.is_finite(values), min_count=0).as_py():
        finite = pc.fill_null(pc.is_finite(values), True)
        bad = ~as_mask(finite) if bad is None else bad | ~as_mask(finite)
        values = pc.if_else(finite, values, pa.scalar(None, pa.float64()))
    return values, with_required(column, values, bad)


def with_required(column: Column, values: pa.Array, bad: BoolMask | None) -> BoolMask | None:
    """Add the nulls of a required column to the mask of refused rows."""
    if column.required and values.null_count:
        missing = as_mask(pc.is_null(values))
        return missing if bad is None else bad | missing
    return bad


def _matches(column: Column, text: pa.Array) -> pa.Array | None:
    """Which values belong to the column's type (null where null); None when all do, found in the cheapest way."""
    if text.null_count == len(text):
        return None
    if column.type in ("id", "text"):
        # No database keeps a zero byte, and no keyboard writes one.
        whole = None if not _holds_zero(text) else pc.invert(pc.match_substring(text, "\0"))
        if column.type == "text" or pc.max(pc.binary_length(text)).as_py() <= MAX_ID_LENGTH:
            return whole
        short = pc.less_equal(pc.utf8_length(text), MAX_ID_LENGTH)
        good = short if whole is None else pc.and_(short, whole)
    elif column.type == "enum":
        good = pc.or_kleene(pc.is_in(text, value_set=pa.array(column.values, pa.string())), pc.is_null(text))
    else:
        # RE2's `$` would also match before a final line break, but `\d` and the classes above never take one.
        good = pc.match_substring_regex(text, _GRAMMAR[column.type].removesuffix("$") + r"\z")
    return None if pc.all(good, min_count=0).as_py() else good


def _holds_zero(text: pa.Array) -> bool:
    """Whether any value has a zero byte; a pass over the bytes, many times faster than one over the values."""
    offsets = np.frombuffer(text.buffers()[1], np.int32, len(text) + 1 + text.offset)[text.offset :]
    start, end = int(offsets[0]), int(offsets[-1])
    return start < end and not np.frombuffer(text.buffers()[2], np.uint8, end - start, start).all()


def _convert(column: Column, text: pa.Array) -> pa.Array:
    """Convert values that match the grammar."""
    if column.type == "bool":
        return pc.equal(text, "true")
    if column.type == "list":
        return pc.split_pattern(text, "|").cast(CANONICAL["list"])
    return text.cast(CANONICAL[column.type])
