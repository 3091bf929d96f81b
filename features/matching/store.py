"""Both lists, prepared, in one DuckDB database: table `l` (rows) and table `r` (persons).

Each has `n`, its place in the order the rows were handed over, `id`, and the columns of `fields.py`. No answer
depends on `n`: samples go by a hash of `id`, ties by `id` itself.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from features.matching import exact
from features.matching._sql import numbers
from features.matching.fields import Reader, Side

if TYPE_CHECKING:
    import duckdb


BATCH = 500_000
IN_MEMORY_ROWS = 500_000
"""Up to so many rows the database needs no file."""


class DuplicateIdError(ValueError):
    """An identifier stands twice in one list; the message says which list and how many, not which."""


class OutOfSpaceError(MemoryError):
    """The lists do not fit into the memory they were given, and nothing may be written to a disk."""


@contextmanager
def opened(
    rows: int, *, memory_gb: float = 4.0, threads: int = 2, on_disk: bool = True
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database for a matching of so many rows in all; removed afterwards. Without `on_disk` nothing of the lists is
    written to a disk, and what does not fit into memory raises OutOfSpaceError."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="mingbai-match-") as folder:
        file = ":memory:" if rows <= IN_MEMORY_ROWS or not on_disk else str(Path(folder) / "match.duckdb")
        con = duckdb.connect(file)
        try:
            con.execute(f"SET threads = {threads}")
            con.execute(f"SET memory_limit = '{memory_gb:g}GB'")
            con.execute(f"SET temp_directory = '{folder}'")
            con.execute("SET preserve_insertion_order = false")
            if not on_disk:
                con.execute("SET max_temp_directory_size = '0KiB'")
            yield con
        except duckdb.OutOfMemoryException as error:
            if on_disk:
                raise
            raise OutOfSpaceError("the lists do not fit into the memory they were given") from error
        finally:
            con.close()


def fill(con: duckdb.DuckDBPyConnection, reader: Reader, left: pa.Table, right: pa.Table) -> None:
    """Make `l` and `r` and settle identity numbers. Raises DuplicateIdError where an id is null or stands twice."""
    _load(con, "l", reader, left, "left")
    _load(con, "r", reader, right, "right")
    spec = reader.spec
    name = next((f for f in spec.fields if f.kind == "name"), None)
    for field in spec.fields:
        if field.kind == "resident_number":
            exact.repair(con, field, name)


def _load(con: duckdb.DuckDBPyConnection, table: str, reader: Reader, rows: pa.Table, side: Side) -> None:
    done = 0
    for start in range(0, max(1, rows.num_rows), BATCH):
        part = rows.slice(start, BATCH)
        columns: dict[str, Any] = reader.columns(part, side)
        made = pa.table({"n": pa.array(range(start, start + part.num_rows), pa.int32()), **columns})
        con.register("batch", made)
        if start == 0:
            con.execute(f"CREATE TABLE {table} AS SELECT * FROM batch")  # noqa: S608
        else:
            con.execute(f"INSERT INTO {table} SELECT * FROM batch")  # noqa: S608
        con.unregister("batch")
        done += part.num_rows
    (repeated,) = numbers(con, f"SELECT count(*) - count(DISTINCT id) FROM {table}")  # noqa: S608
    if repeated:
        raise DuplicateIdError(f"the {side} list has {repeated} rows whose identifier is missing or stands twice")


def columns_of(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Prepared columns of both tables, without `n` and `id`."""
    found = con.execute(
        "SELECT column_name FROM duckdb_columns() WHERE table_name = 'l' ORDER BY column_index"
    ).fetchall()
    return [str(name) for (name,) in found if name not in ("n", "id")]


def ids(con: duckdb.DuckDBPyConnection, table: str) -> pa.Array:
    """Identifiers of a table by `n`."""
    found = con.sql(f"SELECT id FROM {table} ORDER BY n").to_arrow_table().column(0)  # noqa: S608
    return pa.concat_arrays(found.chunks) if found.num_chunks else pa.array([], pa.string())
