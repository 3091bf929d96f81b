"""Parquet files that would take more memory than their size lets one expect, refused before their rows are read.

Rows of a Parquet file may be a few bytes on disk and gigabytes in memory: a long value stands once in a dictionary and
a run length says that a million rows have it. So the footer's own sums are bounded, and no value may be longer than any
column of the contract has use for; values are looked at in the dictionary's form, which is never larger than its pages.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyarrow.types as pt

from features.intake._parquet import BATCH, DAMAGE, damaged
from features.intake._typed import holds_text

ROWS: Final = 20_000_000
"""Rows one file may have."""

COLUMNS: Final = 256
GROUP_BYTES: Final = 1 << 30
"""Bytes a row group may have when its pages are unpacked."""

FILE_BYTES: Final = 1 << 34
"""Bytes all row groups may have when their pages are unpacked."""

VALUE_BYTES: Final = 1 << 16
"""Bytes one text may have: free texts of the contract are sentences."""


def refuse_unbounded(path: Path) -> None:
    """Raises ValueError saying which bound a file breaks, IntakeError where it is no Parquet file."""
    try:
        with pq.ParquetFile(path) as file:
            _look_at_footer(file.metadata)
            texts = [field.name for field in file.schema_arrow if _is_text(field.type)]
            nested = [field.name for field in file.schema_arrow if pt.is_nested(field.type)]
        for name in nested:
            _look_at_nested(path, name)
        with pq.ParquetFile(path, read_dictionary=texts) as file:
            for batch in file.iter_batches(BATCH, columns=texts) if texts else ():
                for name, column in zip(batch.schema.names, batch.columns, strict=True):
                    _look_at(name, column)
    except UnboundedError:
        raise
    except DAMAGE as error:
        raise damaged(path) from error


class UnboundedError(ValueError):
    """A Parquet file that would take more memory than is given to one."""


def _look_at_footer(told: pq.FileMetaData) -> None:
    groups = [told.row_group(k).total_byte_size for k in range(told.num_row_groups)]
    for found, most, what in (
        (told.num_rows, ROWS, "rows"),
        (told.num_columns, COLUMNS, "columns"),
        (max(groups, default=0), GROUP_BYTES, "bytes in one row group"),
        (sum(groups), FILE_BYTES, "bytes in all"),
    ):
        if found > most:
            raise UnboundedError(f"the footer promises {found} {what}, expected at most {most}: send it in parts")


def _look_at(name: str, column: pa.Array) -> None:
    values = column.dictionary if pt.is_dictionary(column.type) else column
    longest = pc.max(pc.binary_length(values)).as_py() if len(values) else None
    if longest is not None and longest > VALUE_BYTES:
        raise UnboundedError(f"a value of {longest} bytes in one column, expected at most {VALUE_BYTES}")


def _look_at_nested(path: Path, name: str) -> None:
    """Lists of texts cannot be read as dictionaries: a few rows at a time keep what they may take bounded."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(256, columns=[name]):
            if batch.nbytes > 256 * VALUE_BYTES:
                raise UnboundedError(f"lists of {batch.nbytes // 256} bytes a row, expected at most {VALUE_BYTES}")


def _is_text(kind: pa.DataType) -> bool:
    return holds_text(kind.value_type if pt.is_dictionary(kind) else kind)
