"""Write a table chunk by chunk to a `.parquet` or `.csv` file that appears only when it is whole."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.work.errors import WrongUsageError

if TYPE_CHECKING:
    import pyarrow as pa

ENDINGS = (".parquet", ".csv")
# A spreadsheet runs a cell that begins with one of these as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Free text, where a leading apostrophe harms nobody. Identifiers are left as they are: other systems join on them.
FREE_TEXT = frozenset({"summary_zh", "summary_en"})
IDENTIFIERS = frozenset({"disbursement_id", "hub_id"})


@dataclass(slots=True)
class Written:
    """Rows written, and identifiers a spreadsheet would take for a formula (CSV only)."""

    path: Path
    rows: int = 0
    formula_like: int = 0


def check_ending(path: Path) -> None:
    """Raises WrongUsageError for a file whose ending is neither `.parquet` nor `.csv`."""
    if path.suffix not in ENDINGS:
        raise WrongUsageError(
            f"{path.name}: found ending {path.suffix or 'none'!r}, expected .parquet or .csv",
            f"{path.name}：文件名应以 .parquet 或 .csv 结尾",
        )


def write_table(tables: Iterable[pa.Table], schema: pa.Schema, path: Path) -> Written:
    """Write the tables one after the other; all have `schema`. An older file of the name is replaced at the end.

    Raises WrongUsageError for another ending.
    """
    check_ending(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    written = Written(path)
    try:
        with _writer(partial, schema, path.suffix) as writer:
            for table in tables:
                if path.suffix == ".csv":
                    written.formula_like += _formula_like(table)
                    table = _guarded(table)
                writer.write_table(table)
                written.rows += table.num_rows
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return written


def _writer(path: Path, schema: pa.Schema, ending: str) -> Any:
    if ending == ".parquet":
        import pyarrow.parquet as pq

        # Without Arrow's own schema a column kept as a dictionary in memory is plain text to whoever reads the file.
        return pq.ParquetWriter(path, schema, compression="zstd", compression_level=1, store_schema=False)
    import pyarrow.csv as pcsv

    return pcsv.CSVWriter(str(path), schema)


def _formula_like(table: pa.Table) -> int:
    import pyarrow.compute as pc

    names = [name for name in table.column_names if name in IDENTIFIERS]
    return sum(int(pc.sum(_dangerous(table.column(name))).as_py() or 0) for name in names)


def _guarded(table: pa.Table) -> pa.Table:
    """The table with an apostrophe before free text that begins like a formula."""
    import pyarrow.compute as pc

    for place, name in enumerate(table.column_names):
        if name in FREE_TEXT:
            column = table.column(name)
            safe = pc.if_else(_dangerous(column), pc.binary_join_element_wise("'", column, ""), column)
            table = table.set_column(place, table.schema.field(name), safe)
    return table


def _dangerous(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    first = pc.utf8_slice_codeunits(column, 0, 1)
    return pc.is_in(first, value_set=pa.array(FORMULA, pa.string()))
