"""Any two lists, as CSV or Parquet, every value a text as it was written."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa

from features.matching.spec import Spec


class ListError(ValueError):
    """A list that cannot be read; the message names file and column, and quotes no value."""


def read_list(path: Path) -> pa.Table:
    """The list with columns of text; blanks around column names and values go, empty values are null.

    CSV is UTF-8 with a header line. Raises ListError where the file is neither, or has no rows.
    """
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        table = pq.read_table(path)
    else:
        table = _csv(path)
    columns = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        columns[name.strip().lstrip("\ufeff")] = _tidied(column)
    if len(columns) != table.num_columns:
        raise ListError(f"{path.name}: two columns have one name")
    if table.num_rows == 0:
        raise ListError(f"{path.name}: no rows")
    return pa.table(columns)


def _tidied(column: pa.ChunkedArray) -> pa.Array:
    import pyarrow.compute as pc

    text = pc.utf8_trim_whitespace(column.cast(pa.string()))
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    return pa.concat_arrays(text.chunks) if text.num_chunks else pa.array([], pa.string())


def _csv(path: Path) -> pa.Table:
    import pyarrow.csv as pcsv

    try:
        with path.open(encoding="utf-8") as file:
            header = file.readline()
        names = next(iter(csv.reader([header])), [])
        return pcsv.read_csv(
            path,
            read_options=pcsv.ReadOptions(column_names=names, skip_rows=1),
            parse_options=pcsv.ParseOptions(newlines_in_values=True),
            convert_options=pcsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        )
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise ListError(
            f"{path.name}: not a CSV file in UTF-8 with as many values in each line as in the first"
        ) from error


def check_columns(spec: Spec, left: pa.Table, right: pa.Table) -> None:
    """Raises ListError where a list lacks its identifier, or a field is in neither list."""
    for side, table, key in (("left", left, spec.left_id), ("right", right, spec.right_id)):
        if key not in table.column_names:
            raise ListError(f"the {side} list has no column {key!r}, which the policy names as its identifier")
    for field in spec.fields:
        if field.left not in left.column_names and field.right not in right.column_names:
            raise ListError(f"neither list has the columns of field {field.name!r}: {field.left!r}, {field.right!r}")
