"""Reading JSON lines: one object a line, column name to value, each row known by its line from 1."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NoReturn

import numpy as np
import pyarrow as pa

from features.contract import Column, Table
from features.intake._chunk import BrokenRow, Chunk
from features.intake._reasons import Reason
from features.intake._records import MAX_RECORD
from features.intake._types import BoolMask
from features.intake.rows import as_text, convert_text

ROWS: Final = 20_000
"""Lines read at a time."""

_EXPECTED: Final = ("one JSON object a line: column name to value", "每行一个JSON对象：列名到值")
_MAGNITUDE: Final = 40
"""A number with an exponent beyond this is passed on as its text, which no column takes: written out it would be as
long as its exponent says."""


@dataclass(slots=True)
class JsonLinesSource:
    """A file of JSON lines. Raw columns are string arrays, those that some line of the chunk names."""

    table: Table
    path: Path
    missing_columns: tuple[str, ...] = ()
    ignored_columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def chunks(self) -> Iterator[Chunk]:
        """Read the lines, `ROWS` at a time."""
        names = {c.name for c in self.table.columns}
        with self.path.open("rb") as file:
            line = 0
            at_end = False
            while not at_end:
                rows: list[dict[str, Any]] = []
                lines: list[int] = []
                broken: list[BrokenRow] = []
                while len(rows) + len(broken) < ROWS:
                    text = file.readline(MAX_RECORD + 1)
                    at_end = not text
                    if at_end:
                        break
                    line += 1
                    if len(text) > MAX_RECORD:
                        while text and not text.endswith(b"\n"):
                            text = file.readline(MAX_RECORD)
                        broken.append(_broken(line, b"", ("a line longer than 1 MB", "行长超过1 MB")))
                        continue
                    if not (text := text.strip()):
                        continue
                    row = _object(text)
                    if isinstance(row, dict):
                        rows.append(row)
                        lines.append(line)
                    else:
                        broken.append(_broken(line, text, row))
                used = {name for row in rows for name in row}
                unknown = sorted(used - names)
                self.ignored_columns = tuple(dict.fromkeys((*self.ignored_columns, *unknown)))[:100]
                known = [c for c in self.table.columns if c.required or c.name in used]
                raw = {c.name: pa.array([as_text(c, row.get(c.name)) for row in rows], pa.string()) for c in known}
                if rows or broken:
                    yield Chunk(raw, np.array(lines, np.int64), broken, file.tell())

    def convert(self, column: Column, raw: pa.Array) -> tuple[pa.Array, BoolMask | None]:
        """Check and convert one string array."""
        return convert_text(column, raw)


def _object(text: bytes) -> dict[str, Any] | tuple[str, str]:
    """The object of a line, or in words what the line is instead."""
    try:
        found = json.loads(text, parse_float=_number, parse_constant=_no_number)
    except UnicodeDecodeError:
        return ("bytes that are not UTF-8", "不是UTF-8编码")
    except (ValueError, RecursionError):
        return ("no JSON", "不是JSON")
    return found if isinstance(found, dict) else ("JSON that is no object", "JSON不是对象")


def _number(text: str) -> Decimal | str:
    """A number with a point or an exponent, exact: money in it keeps its cents."""
    value = Decimal(text)
    return value if abs(value.adjusted()) <= _MAGNITUDE and len(text) <= 2 * _MAGNITUDE else text


def _no_number(text: str) -> NoReturn:
    """NaN and Infinity are no JSON."""
    raise ValueError(text)


def _broken(line: int, text: bytes, found: tuple[str, str]) -> BrokenRow:
    reason = Reason("bad_fields", found[0], found[1])
    return BrokenRow(line, "", reason, f"({len(text)} bytes)", _EXPECTED, text.decode(errors="replace"))
