"""Rows that arrive one by one or by the hundred, as an API hands them over: the same checks as for files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa

from features.contract import Column, Table
from features.intake._check import check
from features.intake._chunk import Chunk
from features.intake._one import one_good_row
from features.intake._repeats import compare, identity
from features.intake._table import conflicts_in_words, version_clock
from features.intake._types import BoolMask, from_text
from features.intake.report import QuarantinedRow

_UNFIT = "\N{REPLACEMENT CHARACTER}"
"""Stands in for a value of a kind no column takes; its type refuses it, whatever the column."""


@dataclass(frozen=True, slots=True)
class AcceptedRows:
    """Rows in canonical types, and the refused ones with their number from 1 as line.

    `rows_in` = `accepted` + rows quarantined; `batch` holds the accepted rows without unchanged repeats. `lines` gives
    the number of each row of `batch`. `ignored` names fields the contract does not know.
    """

    batch: pa.RecordBatch
    lines: tuple[int, ...]
    quarantine: tuple[QuarantinedRow, ...]
    rows_in: int
    accepted: int
    ignored: tuple[str, ...]


def accept_rows(table: Table, rows: Iterable[Mapping[str, object]], *, source: str = "request") -> AcceptedRows:
    """Check rows given as mappings from column name to value.

    Values are text in the form of a CSV field, or null, bool, int, Decimal, a date or moment, a list of identifiers,
    or a float where the column is a number. Money is text or Decimal: a float has already lost its cents and is
    refused. `source` stands in the refusals where a file's name would. Never raises on bad values.

    >>> from features.contract import TABLES
    >>> taken = accept_rows(TABLES["notices"], [
    ...     {"application_id": "A1", "posted_from": "2019-01-02", "amount": "12.50"},
    ...     {"application_id": "A2", "posted_from": "2019-02-30", "amount": "12.50"},
    ... ])
    >>> taken.accepted, [(row.line, row.column) for row in taken.quarantine]
    (1, [(2, 'posted_from')])
    """
    given = list(rows)
    if len(given) == 1 and (batch := one_good_row(table, given[0], as_text, _UNFIT)) is not None:
        names = frozenset(batch.schema.names)
        ignored = tuple(sorted(str(name) for name in given[0] if name not in names))
        return AcceptedRows(batch, (1,), (), 1, 1, ignored)
    used = {name for row in given for name in row}
    known = [c for c in table.columns if c.required or c.name in used]
    raw = {c.name: pa.array([as_text(c, row.get(c.name)) for row in given], pa.string()) for c in known}
    chunk = Chunk(raw, np.arange(1, len(given) + 1, dtype=np.int64))
    checked = check(table, source, chunk, convert_text)
    batch, lines, refused = checked.batch, checked.lines, checked.refused
    accepted = len(lines)
    if accepted > 1:
        identities = identity(table, batch.schema.names)
        hashes, order = _numbered(batch, identities)
        content = pa.Table.from_batches([batch]).take(pa.array(order))
        found = compare(order, hashes, content, identities, version_clock(table, batch.schema.names))
        accepted -= len(found.conflicts)
        refused = sorted([*refused, *conflicts_in_words(table, source, found, lines)], key=lambda row: row.line)
        keep = np.ones(len(lines), np.bool_)
        keep[found.repeated] = keep[found.conflicts] = False
        batch, lines = batch.filter(pa.array(keep)), lines[keep]
    ignored = tuple(sorted(str(name) for name in used - {c.name for c in table.columns}))
    return AcceptedRows(batch, tuple(lines.tolist()), tuple(refused), len(given), accepted, ignored)


def convert_text(column: Column, raw: pa.Array) -> tuple[pa.Array, BoolMask | None]:
    """The conversion of text; a value no column takes is refused even where any text would do."""
    values, bad = from_text(column, raw)
    unfit = np.array([v == _UNFIT for v in raw.to_pylist()], np.bool_)
    if unfit.any():
        bad = unfit if bad is None else bad | unfit
    return values, bad


def as_text(column: Column, value: object) -> str | None:
    """A value in the form of a CSV field."""
    if value is None:
        return None
    if isinstance(value, str):
        return value if _encodes(value) else _UNFIT
    if isinstance(value, bool):
        return str(value).lower() if column.type == "bool" else _UNFIT
    if isinstance(value, int):
        return str(value) if column.type in {"int", "number"} and abs(value) < 10**18 else _UNFIT
    if isinstance(value, float):
        return repr(value) if column.type == "number" else _UNFIT
    if isinstance(value, Decimal):
        return f"{value:f}" if column.type in {"money", "number", "int"} else _UNFIT
    if isinstance(value, list | tuple) and column.type == "list":
        parts = [part if isinstance(part, str) and _encodes(part) and part else _UNFIT * 65 for part in value]
        return "|".join(parts)
    told = getattr(value, "isoformat", None)
    return str(told()) if told is not None and column.type in {"date", "ts"} else _UNFIT


def _encodes(value: str) -> bool:
    """Whether text has a UTF-8 form: JSON can carry half a surrogate pair."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _numbered(batch: pa.RecordBatch, columns: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Numbers that are equal for equal identities, and the row positions, both in order of (number, position)."""
    seen: dict[tuple[object, ...], int] = {}
    told = zip(*(batch.column(name).to_pylist() for name in columns), strict=True)
    numbers = np.array([seen.setdefault(key, len(seen)) for key in told], np.uint64)
    order = np.argsort(numbers, kind="stable").astype(np.int64)
    return numbers[order], order
