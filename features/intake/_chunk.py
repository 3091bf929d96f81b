"""What every reader hands on: a stretch of rows, column by column, and the rows it could not even split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.contract import Column, Table
from features.intake._reasons import Reason
from features.intake._types import BoolMask


class BrokenRow(NamedTuple):
    """A row whose fields cannot be told apart, or whose bytes are no text. `column` is empty for the whole row.

    `sent` is the row as it stands in the file, as far as it can be read as text: personal data.
    """

    line: int
    column: str
    reason: Reason
    found: str
    expected: tuple[str, str]
    sent: str = ""


@dataclass(slots=True)
class Chunk:
    """Rows of one table: raw arrays by column name, the line of each row, and the rows broken beyond that.

    `lines` counts physical lines from 1 (CSV, where the record starts) or rows from 1 (Parquet), int64, shape (n,).
    `done` is how many bytes of the file have been read so far.
    """

    columns: dict[str, pa.Array]
    lines: npt.NDArray[np.int64]
    broken: list[BrokenRow] = field(default_factory=list)
    done: int = 0

    @property
    def rows_in(self) -> int:
        """Rows of the file this chunk stands for."""
        return len(self.lines) + len(self.broken)


class Source(Protocol):
    """An opened file of one table whose structure has been found fit."""

    table: Table
    path: Path
    missing_columns: tuple[str, ...]
    ignored_columns: tuple[str, ...]
    notes: tuple[str, ...]

    def chunks(self) -> Iterator[Chunk]:
        """Read the file from the start. Raises IntakeError where its container is damaged."""

    def convert(self, column: Column, raw: pa.Array) -> tuple[pa.Array, BoolMask | None]:
        """Check and convert one raw array of a chunk; see `from_text`."""


def known_and_ignored(table: Table, names: list[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Positions of the contract's columns among `names`, and the names the contract does not know."""
    known = {c.name for c in table.columns}
    return {n: i for i, n in enumerate(names) if n in known}, tuple(n for n in names if n not in known)


def lacking(table: Table, present: Mapping[str, object]) -> tuple[list[str], tuple[str, ...]]:
    """Required columns that are not `present`, and optional ones."""
    return (
        [c.name for c in table.columns if c.required and c.name not in present],
        tuple(c.name for c in table.columns if not c.required and c.name not in present),
    )
