"""Reading one Parquet file: its schema first, then its rows in batches, each row known by its number from 1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyarrow.types as pt

from features.contract import Column, Table
from features.intake._chunk import BrokenRow, Chunk, known_and_ignored, lacking
from features.intake._csv import missing_column
from features.intake._reasons import Reason
from features.intake._typed import Converter, converter, holds_text, notes_on
from features.intake._types import BoolMask
from features.intake.errors import IntakeError

BATCH: Final = 1 << 18
"""Rows read at a time."""

DAMAGE: Final = (pa.ArrowException, OSError, ValueError, ArithmeticError, RuntimeError)
"""What reading garbage raises, as found by feeding it damaged files."""


@dataclass(slots=True)
class ParquetSource:
    """A Parquet file whose schema fits its table. Raw columns come in the file's own types."""

    table: Table
    path: Path
    missing_columns: tuple[str, ...]
    ignored_columns: tuple[str, ...]
    notes: tuple[str, ...]
    columns: tuple[str, ...]
    size: int
    rows: int
    converters: dict[str, Converter] = field(repr=False)

    def chunks(self) -> Iterator[Chunk]:
        """Read the rows in batches. Raises IntakeError where a page of the file is damaged."""
        seen = 0
        try:
            with pq.ParquetFile(self.path) as file:
                for batch in file.iter_batches(BATCH, columns=list(self.columns)):
                    batch.validate()
                    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
                    chunk = Chunk(columns, np.arange(seen + 1, seen + 1 + batch.num_rows, dtype=np.int64))
                    seen += batch.num_rows
                    chunk.done = self.size * seen // max(self.rows, 1)
                    yield _only_text(chunk)
            if seen != self.rows:
                raise damaged(self.path, seen + 1)
        except DAMAGE as error:
            raise damaged(self.path, seen + 1) from error

    def convert(self, column: Column, raw: pa.Array) -> tuple[pa.Array, BoolMask | None]:
        """Check and convert one array by the conversion its type asks for."""
        return self.converters[column.name](column, raw)


def open_parquet(table: Table, path: Path) -> ParquetSource:
    """Look at the footer of `path`; raises IntakeError where the file as a whole cannot be read as the table."""
    try:
        with pq.ParquetFile(path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
    except DAMAGE as error:
        raise damaged(path) from error
    columns, ignored = known_and_ignored(table, schema.names)
    twice = sorted({n for n in columns if schema.names.count(n) > 1})
    if twice:
        raise IntakeError(
            path,
            ("the same column name twice", "列名重复"),
            ("each column name once", "每个列名只出现一次"),
            ("Rename or remove one of the two columns", "请改名或删除其中一列"),
            column=twice[0],
        )
    missing, optional = lacking(table, columns)
    if missing:
        raise missing_column(path, missing)
    known = [c for c in table.columns if c.name in columns]
    kinds = {c.name: schema.field(c.name).type for c in known}
    remarks = [notes_on(c, kinds[c.name]) for c in known]
    return ParquetSource(
        table=table,
        path=path,
        missing_columns=optional,
        ignored_columns=ignored,
        notes=tuple(r for r in remarks if r),
        columns=tuple(c.name for c in known),
        size=path.stat().st_size,
        rows=rows,
        converters={c.name: converter(c, kinds[c.name], path) for c in known},
    )


def damaged(path: Path, row: int | None = None) -> IntakeError:
    """The container itself cannot be read."""
    return IntakeError(
        path,
        ("a file that is not Parquet, or is damaged or cut short", "不是Parquet文件，或已损坏、不完整"),
        ("a complete Parquet file", "完整的Parquet文件"),
        ("Write or copy the file again", "请重新导出或复制该文件"),
        line=row,
    )


def _only_text(chunk: Chunk) -> Chunk:
    """Set rows aside whose strings are not UTF-8: Parquet promises it, its writers do not always keep it."""
    for name in list(chunk.columns):
        raw = chunk.columns[name]
        strings = raw.dictionary if pt.is_dictionary(raw.type) else raw
        if not holds_text(strings.type):
            continue
        narrow = pt.is_string(strings.type)
        try:
            text = strings.cast(pa.binary() if narrow else pa.large_binary()).cast(
                pa.string() if narrow else pa.large_string()
            )
        except pa.ArrowInvalid:
            values = raw.dictionary_decode() if pt.is_dictionary(raw.type) else raw
            good = np.array([_is_text(v) for v in values.cast(pa.large_binary()).to_pylist()], np.bool_)
            reason = Reason("bad_encoding", "not UTF-8", "不是UTF-8编码")
            lines = chunk.lines[~good].tolist()
            chunk.broken += [BrokenRow(n, name, reason, "", ("text in UTF-8", "UTF-8文本")) for n in lines]
            chunk.lines = chunk.lines[good]
            keep = pa.array(good)
            chunk.columns = {n: pc.filter(a, keep) for n, a in chunk.columns.items()}
        else:
            if not pt.is_dictionary(raw.type) and not pt.is_string(raw.type):
                chunk.columns[name] = text.cast(pa.string())
    return chunk


def _is_text(value: bytes | None) -> bool:
    """Whether bytes are UTF-8."""
    try:
        (value or b"").decode()
    except UnicodeDecodeError:
        return False
    return True
