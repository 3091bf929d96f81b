"""Files of truth, scores and cases as plain arrays, whether they came as Parquet or CSV."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

Texts = NDArray[np.object_]
Float = NDArray[np.float64]


class FileError(ValueError):
    """A file of truth, scores or cases that cannot be read; the message names it and says why."""


def read_table(path: Path) -> pa.Table:
    """The table in a `.parquet` or `.csv` file; every column of a CSV comes as text, an empty field as null.

    Raises FileError for another ending, a file that is not there, and one that is neither.
    """
    try:
        if path.suffix == ".parquet":
            with pq.ParquetFile(path) as file:
                return file.read()
        if path.suffix == ".csv":
            return _read_csv(path)
    except (OSError, pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise FileError(f"{path.name}: cannot be read as {path.suffix[1:]}: {error}") from error
    raise FileError(f"{path.name}: found ending {path.suffix!r}, expected .parquet or .csv")


def _read_csv(path: Path) -> pa.Table:
    with path.open(encoding="utf-8-sig", newline="") as file:
        names = next(csv.reader(file), [])
    return pcsv.read_csv(
        path,
        parse_options=pcsv.ParseOptions(newlines_in_values=True),
        convert_options=pcsv.ConvertOptions(
            column_types={name: pa.string() for name in names},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


def texts(table: pa.Table, name: str) -> Texts:
    """A column as text, shape (n,), None where null or empty; all None where the table lacks it."""
    if name not in table.column_names:
        return np.full(table.num_rows, None, dtype=object)
    values = table.column(name)
    if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        values = values.cast(pa.string())
    values = pc.if_else(pc.equal(values, ""), pa.scalar(None, values.type), values)
    return objects(values.to_pylist())


def numbers(table: pa.Table, name: str) -> Float:
    """A column as numbers, shape (n,), NaN where null or no number; all NaN where the table lacks it."""
    if name not in table.column_names:
        return np.full(table.num_rows, np.nan)
    values = table.column(name)
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return np.array([_number(text) for text in values.to_pylist()], dtype=np.float64)
    return np.asarray(values.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)


def objects(values: list[Any]) -> Texts:
    """A list as an object array of shape (n,), whatever its items are."""
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def is_known(values: Texts) -> NDArray[np.bool_]:
    """Where a text is not null; shape (n,)."""
    return np.array([value is not None for value in values], dtype=bool)


def equal_to(values: Texts, wanted: object) -> NDArray[np.bool_]:
    """Where a text equals `wanted`; shape (n,)."""
    return np.array([value == wanted for value in values], dtype=bool)


def one_of(values: Texts, wanted: frozenset[str] | set[str] | tuple[str, ...]) -> NDArray[np.bool_]:
    """Where a text is one of `wanted`; shape (n,)."""
    return np.array([value in wanted for value in values], dtype=bool)


def places_of(values: Texts, among: Texts) -> NDArray[np.int64]:
    """Position of each value in `among` (the first, where it stands there twice), -1 where it is not; shape (n,)."""
    found = pc.index_in(pa.array(values, pa.string()), value_set=pa.array(among, pa.string()))
    return np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), dtype=np.int64)


def _number(text: str | None) -> float:
    try:
        return float(text) if text is not None else np.nan
    except ValueError:
        return np.nan
