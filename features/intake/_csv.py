"""Reading one CSV file: its structure first, then its rows in blocks, each row known by the line it starts on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv

from features.contract import Column, Table
from features.intake._chunk import BrokenRow, Chunk, known_and_ignored, lacking
from features.intake._reasons import Reason
from features.intake._records import BAD_QUOTE, BAD_RETURN, MAX_RECORD, OK, Records, scan
from features.intake._types import BoolMask, from_text
from features.intake.errors import IntakeError

BLOCK: Final = 8 << 20
"""Bytes read at a time; memory is a small multiple of it."""

_HEAD: Final = 1 << 16
# The standard library refuses fields over 128 KiB; records here may be as long as MAX_RECORD.
csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD))
_BOM: Final = b"\xef\xbb\xbf"
_UTF8: Final = ("text in UTF-8", "UTF-8文本")
_FOREIGN: Final = (
    (b"PK\x03\x04", ("a spreadsheet or zip archive", "电子表格或压缩包")),
    (b"\xd0\xcf\x11\xe0", ("an old spreadsheet", "旧版电子表格")),
    (b"\x1f\x8b", ("a compressed file", "压缩文件")),
    (b"PAR1", ("a Parquet file named .csv", "命名为.csv的Parquet文件")),
    (b"\xff\xfe", ("text in UTF-16", "UTF-16文本")),
    (b"\xfe\xff", ("text in UTF-16", "UTF-16文本")),
)


@dataclass(slots=True)
class CsvSource:
    """A CSV file whose header fits its table. Raw columns are string arrays, null where the field is empty."""

    table: Table
    path: Path
    missing_columns: tuple[str, ...]
    ignored_columns: tuple[str, ...]
    notes: tuple[str, ...]
    header_fields: int
    header_bytes: int
    columns: dict[str, int]
    size: int

    def chunks(self) -> Iterator[Chunk]:
        """Read the rows, about `BLOCK` bytes at a time."""
        line, rest = 2, b""
        with self.path.open("rb") as file:
            file.seek(self.header_bytes)
            left = self.size - self.header_bytes
            while left > 0 or rest:
                block = file.read(min(BLOCK, left))
                left = left - len(block) if block else 0
                buffer = rest + block
                records = scan(buffer, at_end=left == 0)
                chunk = self._chunk(buffer, records, line)
                chunk.done = self.size - left
                yield chunk
                line += records.used_lines
                rest = buffer[records.used :]
                if left == 0 and not block:
                    break

    def convert(self, column: Column, raw: pa.Array) -> tuple[pa.Array, BoolMask | None]:
        """Check and convert one string array."""
        return from_text(column, raw)

    def _chunk(self, buffer: bytes, records: Records, line: int) -> Chunk:
        """Split the complete records of a buffer into columns, and set the broken ones aside."""
        good = (records.state == OK) & (records.fields == self.header_fields)
        lines = records.lines + line
        broken = [
            self._misshapen(records, i, int(lines[i]))._replace(sent=_text(buffer[records.starts[i] : records.ends[i]]))
            for i in np.flatnonzero(~good).tolist()
        ]
        if not _is_utf8(buffer, records.used):
            for i in np.flatnonzero(good):
                record = buffer[records.starts[i] : records.ends[i]]
                if not _is_utf8(record, len(record)):
                    good[i] = False
                    broken.append(self._not_text(record, int(lines[i])))
        if good.all():
            body = buffer[: records.used]
        else:
            spans = zip(records.starts[good].tolist(), records.ends[good].tolist(), strict=True)
            body = b"".join(part for start, end in spans for part in (buffer[start:end], b"\n"))
        return Chunk(self._parse(body, int(good.sum())), lines[good].astype(np.int64), broken)

    def _parse(self, body: bytes, rows: int) -> dict[str, pa.Array]:
        """Parse records known to be sound into string columns of length `rows`."""
        if not rows:
            return {name: pa.nulls(0, pa.string()) for name in self.columns}
        names = [str(i) for i in range(self.header_fields)]
        wanted = [str(i) for i in self.columns.values()]
        table = pcsv.read_csv(
            pa.BufferReader(body),
            pcsv.ReadOptions(use_threads=False, block_size=len(body) + 1, column_names=names),
            pcsv.ParseOptions(newlines_in_values=True, quote_char='"' if b'"' in body else False),
            pcsv.ConvertOptions(
                check_utf8=False,
                include_columns=wanted,
                column_types=dict.fromkeys(wanted, pa.string()),
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                null_values=[""],
            ),
        )
        if table.num_rows != rows:
            return self._parse_slowly(body)
        return {name: _one(table.column(str(i))) for name, i in self.columns.items()}

    def _parse_slowly(self, body: bytes) -> dict[str, pa.Array]:
        """The same by the standard library, for what Arrow's parser understands otherwise."""
        rows = [row for row in csv.reader(io.StringIO(body.decode(), newline="")) if row]
        return {n: pa.array([row[i] or None for row in rows], pa.string()) for n, i in self.columns.items()}

    def _misshapen(self, records: Records, i: int, line: int) -> BrokenRow:
        """A record with a broken quote, a stray carriage return, or too many or too few fields."""
        expected = (f"{self.header_fields} fields, as in the header", f"{self.header_fields}个字段，与表头一致")
        if records.state[i] == BAD_QUOTE:
            reason = Reason("bad_fields", "a quote is not closed, or text follows it", "引号未闭合，或引号后还有内容")
            return BrokenRow(line, "", reason, "", expected)
        if records.state[i] == BAD_RETURN:
            reason = Reason("bad_fields", "a carriage return inside a field", "字段内有回车符")
            return BrokenRow(line, "", reason, "", expected)
        reason = Reason("bad_fields", "wrong number of fields", "字段数不符")
        return BrokenRow(line, "", reason, f"{records.fields[i]} fields", expected)

    def _not_text(self, record: bytes, line: int) -> BrokenRow:
        """A record with bytes that are no UTF-8, with the first column where they stand."""
        fields = next(csv.reader(io.StringIO(record.decode("latin-1"), newline="")))
        at_fault = ""
        for name, i in sorted(self.columns.items(), key=lambda item: item[1]):
            value = fields[i].encode("latin-1") if i < len(fields) else b""
            if not _is_utf8(value, len(value)):
                at_fault = name
                break
        reason = Reason("bad_encoding", "not UTF-8", "不是UTF-8编码")
        return BrokenRow(line, at_fault, reason, f"({len(record)} bytes)", _UTF8, _text(record))


def open_csv(table: Table, path: Path) -> CsvSource:
    """Look at the header of `path`; raises IntakeError where the file as a whole cannot be read as the table."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEAD)
    _refuse_foreign(path, head)
    text = head.removeprefix(_BOM)
    before = len(head) - len(text)
    found = scan(text, at_end=size <= len(head))
    if not len(found.starts) or found.lines[0] or found.state[0] == BAD_QUOTE:
        raise _no_header(path, ("no line of column names", "没有表头行"))
    header = text[: found.ends[0]]
    if found.state[0] == BAD_RETURN:
        raise IntakeError(
            path,
            ("lines that end in a carriage return alone", "仅以回车符换行"),
            ("lines that end in LF or CRLF", "以LF或CRLF换行"),
            ("Save the file with LF or CRLF line ends", "请以LF或CRLF换行另存"),
            line=1,
        )
    try:
        names = next(csv.reader(io.StringIO(header.decode(), newline="")))
    except UnicodeDecodeError:
        raise IntakeError(
            path,
            ("column names that are not UTF-8", "列名不是UTF-8编码"),
            ("a file in UTF-8", "UTF-8文件"),
            ("Save the file as UTF-8", "请另存为UTF-8编码"),
            line=1,
        ) from None
    columns, ignored = _fit(table, path, names)
    body = text.find(b"\n", int(found.ends[0]))
    return CsvSource(
        table=table,
        path=path,
        missing_columns=lacking(table, columns)[1],
        ignored_columns=ignored,
        notes=(),
        header_fields=len(names),
        header_bytes=before + (body + 1 if body >= 0 else len(text)),
        columns=columns,
        size=size,
    )


def _refuse_foreign(path: Path, head: bytes) -> None:
    """Raise IntakeError for what is not CSV at all."""
    found = next((what for magic, what in _FOREIGN if head.startswith(magic)), None)
    if not head:
        found = ("an empty file", "空文件")
    elif found is None and b"\0" in head.split(b"\n", 1)[0]:
        found = ("zero bytes: UTF-16 text or a binary file", "零字节：UTF-16文本或二进制文件")
    if found is not None:
        raise IntakeError(
            path,
            found,
            ("CSV in UTF-8 with a header line", "带表头的UTF-8 CSV"),
            ("Save the table as CSV in UTF-8, or as Parquet", "请将该表另存为UTF-8 CSV或Parquet"),
            line=1,
        )


def _no_header(path: Path, found: tuple[str, str]) -> IntakeError:
    """The first line holds no column names. What it holds may be personal data and is not shown."""
    return IntakeError(
        path,
        found,
        ("the column names of the data contract on line 1, separated by commas", "第1行为数据规范的列名，以逗号分隔"),
        ("Write the header line first", "请先写表头行"),
        line=1,
    )


def _fit(table: Table, path: Path, names: list[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Positions of known columns and names of unknown ones; raises IntakeError where required ones are missing."""
    columns, ignored = known_and_ignored(table, names)
    if not columns:
        known = {c.name for c in table.columns}
        for sign in ";\t|":
            if len(names) == 1 and known & set(names[0].split(sign)):
                shown = {";": "semicolons", "\t": "tabs", "|": "bars"}[sign]
                raise _no_header(path, (f"columns separated by {shown}", f"列以{sign!r}分隔"))
        raise _no_header(path, ("none of the column names of the table", "没有该表的任何列名"))
    twice = sorted({n for n in names if n and names.count(n) > 1})
    if twice:
        raise IntakeError(
            path,
            ("the same column name twice", "列名重复"),
            ("each column name once", "每个列名只出现一次"),
            ("Rename or remove one of the two columns", "请改名或删除其中一列"),
            column=twice[0] if twice[0] in columns else "",
            line=1,
        )
    missing, _ = lacking(table, columns)
    if missing:
        raise missing_column(path, missing, 1)
    return columns, ignored


def missing_column(path: Path, missing: list[str], line: int | None = None) -> IntakeError:
    """A file lacks columns the contract requires."""
    names = ", ".join(missing)
    return IntakeError(
        path,
        ("no such column", "没有该列"),
        (f"the required column{'s' if len(missing) > 1 else ''} {names}", f"必备列{names}"),
        ("Add the column, spelled as in the data contract", "请按数据规范的拼写补上该列"),
        column=missing[0],
        line=line,
    )


def _is_utf8(buffer: bytes, length: int) -> bool:
    """Whether the first `length` bytes are UTF-8, by Arrow's validator."""
    offsets = pa.py_buffer(np.array([0, length], np.int32))
    try:
        pa.Array.from_buffers(pa.binary(), 1, [None, offsets, pa.py_buffer(buffer)]).cast(pa.string())
    except pa.ArrowInvalid:
        return False
    return True


def _text(record: bytes) -> str:
    """A record as text, as far as it is one."""
    return record.decode(errors="replace")


def _one(column: pa.ChunkedArray) -> pa.Array:
    """The column as a single array."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
