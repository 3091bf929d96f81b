"""The tables as files and back: a SQLite file while it is in use, rows of either database, and an empty database."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Double,
    Integer,
    LargeBinary,
    Table,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.types import JSON

from service.store import every_table
from service.store._columns import Moment, Sealed
from service.store.database import Database

if TYPE_CHECKING:
    import pyarrow as pa

ROWS: Final = 10_000
"""Rows read and written at a time."""
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class DumpError(Exception):
    """A dump that does not fit the tables, or a file that is no database."""


def copy_sqlite(database: Database, to: Path) -> None:
    """A copy of a SQLite database as it is at one moment, while others read and write. Raises DumpError."""
    if database.path is None:
        raise DumpError("expected a SQLite database in a file")
    source, target = sqlite3.connect(database.path), sqlite3.connect(to)
    try:
        # In one step: a copy in pieces begins again whenever another process writes.
        source.backup(target)
        target.execute("pragma journal_mode=delete")
    finally:
        target.close()
        source.close()


def check_sqlite(path: Path) -> None:
    """Raises DumpError for a file SQLite finds broken."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        found = [row[0] for row in connection.execute("pragma quick_check")]
    except sqlite3.DatabaseError as error:
        raise DumpError("the file is no database") from error
    finally:
        connection.close()
    if found != ["ok"]:
        raise DumpError(f"the database is broken: {found[0]}")


def tables() -> list[Table]:
    """Every table, those others refer to first."""
    return list(every_table().sorted_tables)


def is_empty(database: Database) -> bool:
    """Whether none of the service's tables is there, or none holds a row."""
    there = set(inspect(database.engine).get_table_names())
    with database.read() as connection:
        for table in tables():
            if table.name in there and connection.execute(select(table).limit(1)).first() is not None:
                return False
    return True


def drop_everything(database: Database) -> None:
    """Drop every table of the service, whatever it holds, and what says which shape they have."""
    every_table().drop_all(database.engine)
    with database.write() as connection:
        connection.execute(text("drop table if exists alembic_version"))


def write_rows(connection: Connection, table: Table, to: Path) -> int:
    """All rows of a table into an Arrow file, as of the connection's moment; returns how many."""
    import pyarrow as pa

    schema = _schema(table)
    count = 0
    asked = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=ROWS)
    with pa.OSFile(str(to), "wb") as sink, pa.ipc.new_stream(sink, schema) as writer:
        for rows in connection.execute(asked).mappings().partitions(ROWS):
            writer.write_batch(pa.RecordBatch.from_pylist([_plain(table, dict(row)) for row in rows], schema))
            count += len(rows)
    return count


def read_rows(connection: Connection, table: Table, file: Path) -> int:
    """The rows of such a file into a table; returns how many. Raises DumpError where the columns are others."""
    import pyarrow as pa

    count = 0
    with pa.memory_map(str(file)) as source:
        reader = pa.ipc.open_stream(source)
        if reader.schema != _schema(table):
            raise DumpError(f"{table.name}: the dump has other columns than this release")
        for batch in reader:
            rows = [_kept(table, row) for row in batch.to_pylist()]
            for start in range(0, len(rows), 1000):
                connection.execute(insert(table), rows[start : start + 1000])
            count += len(rows)
    return count


def go_on_counting(connection: Connection) -> None:
    """After rows came with their numbers: new ones are counted from behind them. SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables():
        column = table.autoincrement_column
        if column is None:
            continue
        sequence = connection.execute(
            text("select pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
        ).scalar()
        last = connection.execute(select(func.max(column))).scalar()
        if sequence is not None and last is not None:
            connection.execute(text("select setval(:sequence, :last)"), {"sequence": sequence, "last": int(last)})


def _schema(table: Table) -> pa.Schema:
    import pyarrow as pa

    return pa.schema([pa.field(column.name, _arrow(column)) for column in table.columns])


def _arrow(column: Column[Any]) -> pa.DataType:
    import pyarrow as pa

    kind = column.type
    if isinstance(kind, Moment | BigInteger | Integer):
        return pa.int64()
    if isinstance(kind, Boolean):
        return pa.bool_()
    if isinstance(kind, Double):
        return pa.float64()
    if isinstance(kind, Sealed | LargeBinary):
        return pa.large_binary()
    return pa.large_string()


def _plain(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as Arrow holds it: moments as microseconds, documents as JSON."""
    found: dict[str, Any] = {}
    for column in table.columns:
        value = row[column.name]
        if value is not None and isinstance(column.type, Moment):
            value = (value - _EPOCH) // dt.timedelta(microseconds=1)
        elif value is not None and _is_document(column):
            value = json.dumps(value, ensure_ascii=False)
        found[column.name] = value
    return found


def _kept(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """The same row as the table takes it."""
    found: dict[str, Any] = {}
    for column in table.columns:
        value = row[column.name]
        if value is not None and isinstance(column.type, Moment):
            value = _EPOCH + dt.timedelta(microseconds=value)
        elif value is not None and _is_document(column):
            value = json.loads(value)
        found[column.name] = value
    return found


def _is_document(column: Column[Any]) -> bool:
    return isinstance(column.type, JSON)
