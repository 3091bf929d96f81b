"""From a raw chunk to accepted rows in canonical types and worded refusals: the one path of files and of the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.contract import Column, Table
from features.intake._chunk import Chunk
from features.intake._reasons import expected, mask, refuse, why
from features.intake._types import BoolMask, canonical_schema
from features.intake.report import QuarantinedRow


class Convert(Protocol):
    """Checks and converts one raw column; see `from_text`."""

    def __call__(self, column: Column, raw: pa.Array, /) -> tuple[pa.Array, BoolMask | None]: ...


@dataclass(slots=True)
class Checked:
    """Accepted rows in canonical types with their lines, and the refused rows in order of their lines."""

    batch: pa.RecordBatch
    lines: npt.NDArray[np.int64]
    refused: list[QuarantinedRow]


def check(table: Table, file: str, chunk: Chunk, convert: Convert) -> Checked:
    """Check every value of a chunk. A row with several faults is reported for the first column in contract order.

    Only refused rows are looked at one by one.
    """
    known = [c for c in table.columns if c.name in chunk.columns]
    first_fault = np.full(len(chunk.lines), -1, np.int16)
    values: dict[str, pa.Array] = {}
    for place, column in reversed(list(enumerate(known))):
        values[column.name], bad = convert(column, chunk.columns[column.name])
        if bad is not None:
            first_fault[bad] = place
    refused = [
        refuse(table, file, row.line, _named(table, row.column), row.reason, row.found, row.expected)
        for row in chunk.broken
    ]
    schema = canonical_schema(table, set(values))
    batch = pa.RecordBatch.from_arrays([values[name] for name in schema.names], schema=schema)
    faulty = first_fault >= 0
    lines = chunk.lines
    if faulty.any():
        for place in np.unique(first_fault[faulty]).tolist():
            rows = np.flatnonzero(first_fault == place)
            refused += _worded(table, file, known[place], chunk, rows)
        batch = batch.filter(pa.array(~faulty))
        lines = lines[~faulty]
    refused.sort(key=lambda row: row.line)
    return Checked(batch, lines, refused)


def _worded(table: Table, file: str, column: Column, chunk: Chunk, rows: npt.NDArray[np.intp]) -> list[QuarantinedRow]:
    """Refusals of one column, worded."""
    raw = pc.take(chunk.columns[column.name], pa.array(rows))
    told: list[QuarantinedRow] = []
    for line, value in zip(chunk.lines[rows].tolist(), raw, strict=True):
        text = as_plain_text(value)
        found = mask(column, text) if text else ""
        told.append(refuse(table, file, line, column, why(column, text or None), found, expected(column)))
    return told


def as_plain_text(value: pa.Scalar) -> str:
    """A raw value as text, as it would stand in a CSV field."""
    return _as_text(_as_python(value))


def _as_python(value: pa.Scalar) -> object:
    """A raw value as a Python object; moments no Python object can hold as their number."""
    try:
        return value.as_py()
    except (OverflowError, ValueError):
        return f"{value.value} ({value.type})"


def _as_text(value: object) -> str:
    """A raw value as text; null, and what stands for it in floats, is empty."""
    if value is None or value != value:
        return ""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, list):
        return "|".join(_as_text(v) for v in value)
    return str(value)


def _named(table: Table, name: str) -> Column | None:
    """The column called `name`, None for the empty name."""
    return table.column(name) if name else None
