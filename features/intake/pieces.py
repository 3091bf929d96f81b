"""A file of one table in pieces of a bounded number of rows: checked as `load` checks them, always cut alike.

Who takes a file in many transactions reads it piece by piece, and after a crash leaves out the pieces that are done:
the same file gives the same pieces, whatever machine reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.contract import Table
from features.intake._check import _as_python, _as_text, check
from features.intake._chunk import Chunk, Source
from features.intake._csv import open_csv
from features.intake._parquet import open_parquet
from features.intake.report import QuarantinedRow


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows that stand together in the file.

    `batch`: accepted rows in canonical types; `lines`: the line of each, int64, shape (n,); `refused`: rows that are
    not taken, in order of their lines; `sent`: by line the texts of a refused row as they came, by column, under the
    empty name the whole line where fields cannot be told apart (personal data); `bytes_read` of the file so far.
    Repeats of a key are not looked at: whoever keeps the rows knows what is on record.
    """

    number: int
    batch: pa.RecordBatch
    lines: npt.NDArray[np.int64]
    refused: tuple[QuarantinedRow, ...]
    sent: dict[int, dict[str, str]]
    bytes_read: int


def read_pieces(table: Table, path: Path, form: Literal["csv", "parquet"], rows: int, name: str) -> Iterator[Piece]:
    """Read a file from the start. `name` stands in refusals where the file's own would.

    Raises IntakeError when the file as a whole cannot be read as the table, before any piece where that shows.
    """
    source = open_csv(table, path) if form == "csv" else open_parquet(table, path)
    number = 0
    for chunk in source.chunks():
        for part in _cut(chunk, rows):
            yield _checked(source, part, name, number)
            number += 1


def _cut(chunk: Chunk, rows: int) -> Iterator[Chunk]:
    """The chunk in stretches of at most `rows` sound rows, each with the broken rows that stand among them."""
    if chunk.rows_in == 0:
        return
    starts = range(0, max(len(chunk.lines), 1), rows)
    lower = -1
    for start in starts:
        lines = chunk.lines[start : start + rows]
        last = start == starts[-1]
        upper = int(chunk.lines[start + rows]) if not last else None
        broken = [row for row in chunk.broken if row.line > lower and (upper is None or row.line < upper)]
        columns = {name: column.slice(start, rows) for name, column in chunk.columns.items()}
        lower = upper - 1 if upper is not None else lower
        yield Chunk(columns, lines, broken, chunk.done)


def _checked(source: Source, part: Chunk, name: str, number: int) -> Piece:
    found = check(source.table, name, part, source.convert)
    places = {int(line): place for place, line in enumerate(part.lines)} if found.refused else {}
    broken = {row.line: row.sent for row in part.broken}
    sent = {
        row.line: {"": broken[row.line]}
        if row.line in broken
        else {column: _as_text(_as_python(raw[places[row.line]])) for column, raw in part.columns.items()}
        for row in found.refused
    }
    return Piece(number, found.batch, found.lines, tuple(found.refused), sent, part.done)
