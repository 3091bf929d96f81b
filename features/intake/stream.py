"""One file of one table, checked chunk by chunk: for whoever keeps rows elsewhere than in a folder of tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.contract import Table
from features.intake._check import as_plain_text, check
from features.intake._chunk import Chunk, Source
from features.intake._csv import open_csv
from features.intake._jsonl import JsonLinesSource
from features.intake._parquet import open_parquet
from features.intake._parquet_bounds import refuse_unbounded
from features.intake.report import QuarantinedRow

Form = Literal["csv", "parquet", "jsonl"]

FORMS: Final[tuple[Form, ...]] = ("csv", "parquet", "jsonl")


@dataclass(frozen=True, slots=True)
class CheckedRows:
    """A stretch of a file: `rows_in` = rows of `batch` + `refused`.

    `batch` holds rows in canonical types, `lines` where each stands in the file, int64 of shape (n,). `sent` gives for
    the line of each refused row what was sent, column to text; under "" the whole line where its fields cannot be told
    apart. It is personal data. Rows that stand in the file more than once are all in `batch`.
    """

    batch: pa.RecordBatch
    lines: npt.NDArray[np.int64]
    refused: tuple[QuarantinedRow, ...]
    sent: Mapping[int, Mapping[str, str]]

    @property
    def rows_in(self) -> int:
        """Rows this stretch stands for."""
        return len(self.lines) + len(self.refused)


class CheckedFile:
    """A file whose structure fits its table; iterate over it once or more."""

    def __init__(self, table: Table, path: Path, form: Form) -> None:
        """Looks at the head of the file. Raises IntakeError where it cannot be read as the table at all, ValueError
        for a Parquet file whose footer promises more than a file of its size honestly holds."""
        self._source: Source
        if form == "csv":
            self._source = open_csv(table, path)
        elif form == "parquet":
            refuse_unbounded(path)
            self._source = open_parquet(table, path)
        else:
            self._source = JsonLinesSource(table, path)
        self.table = table

    @property
    def ignored_columns(self) -> tuple[str, ...]:
        """Columns the contract does not know; for JSON lines those of the lines read so far."""
        return self._source.ignored_columns

    def __iter__(self) -> Iterator[CheckedRows]:
        """Check the rows, some tens of thousands at a time. Raises IntakeError where the file is damaged."""
        for chunk in self._source.chunks():
            found = check(self.table, self._source.path.name, chunk, self._source.convert)
            yield CheckedRows(found.batch, found.lines, tuple(found.refused), _sent(chunk, found.refused))


def _sent(chunk: Chunk, refused: list[QuarantinedRow]) -> dict[int, dict[str, str]]:
    """What was sent, of the refused rows."""
    if not refused:
        return {}
    whole = {row.line: {"": row.sent} for row in chunk.broken}
    lines = [row.line for row in refused if row.line not in whole]
    places = pa.array(np.searchsorted(chunk.lines, lines))
    columns = {name: raw.take(places) for name, raw in chunk.columns.items()} if lines else {}
    texts = {name: [as_plain_text(value) for value in column] for name, column in columns.items()}
    rows = {line: {name: values[k] for name, values in texts.items() if values[k]} for k, line in enumerate(lines)}
    return {**rows, **whole}
