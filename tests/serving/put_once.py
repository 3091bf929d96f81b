"""What many tests begin with is put into the database once a process, and copied for the tests after it."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Hashable
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from service.store import every_table
from service.work.context import Context

_FILES: dict[Hashable, Path] = {}
"""Copies of SQLite's file, by what was put in."""

_SCHEMAS: dict[tuple[str, Hashable], str] = {}
"""Where in a PostgreSQL database the copies lie, by its address and what was put in."""

_FOLDER = tempfile.TemporaryDirectory(prefix="mingbai-put-once-", ignore_cleanup_errors=True)


def put_once(context: Context, what: Hashable, put: Callable[[], object]) -> None:
    """Have a database hold what `put` puts there, which depends on nothing but `what` and the clock.

    One that is not as `database_url` makes it, empty, takes it as ever.
    """
    if not _is_new(context):
        put()
        return
    what = (what, context.clock.now())
    kept = _on_sqlite if context.database.kind == "sqlite" else _on_postgresql
    kept(context, what, put)


def _is_new(context: Context) -> bool:
    """Whether nothing is in the database, not even the shape that migrations note down."""
    if inspect(context.database.engine).has_table("alembic_version"):
        return False
    with context.database.read() as connection:
        asked = " or ".join(f'exists (select 1 from "{name}")' for name in every_table().tables)  # noqa: S608
        return not connection.exec_driver_sql(f"select {asked}").scalar()


def _on_sqlite(context: Context, what: Hashable, put: Callable[[], object]) -> None:
    path = context.database.path
    assert path is not None
    copy = _FILES.get(what)
    if copy is None:
        put()
        copy = Path(_FOLDER.name) / f"{len(_FILES)}.db"
        _copy(path, copy)
        _FILES[what] = copy
    else:
        _copy(copy, path)


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


def _on_postgresql(context: Context, what: Hashable, put: Callable[[], object]) -> None:
    address = str(context.database.engine.url)
    schema = _SCHEMAS.get((address, what))
    with context.database.write() as connection:
        # A test may have had the database made anew.
        if schema is not None and connection.execute(text("select to_regnamespace(:s)"), {"s": schema}).scalar():
            connection.execute(text("set local session_replication_role = replica"))
            for (name,) in _copies(connection, schema):
                connection.exec_driver_sql(
                    f'insert into "{name}" overriding system value select * from "{schema}"."{name}"'  # noqa: S608
                )
            _go_on(connection)
            return
    put()
    schema = f"put_{len(_SCHEMAS)}"
    _SCHEMAS[address, what] = schema
    with context.database.write() as connection:
        connection.exec_driver_sql(f'drop schema if exists "{schema}" cascade')
        connection.exec_driver_sql(f'create schema "{schema}"')
        for name in every_table().tables:
            if connection.exec_driver_sql(f'select exists (select 1 from "{name}")').scalar():  # noqa: S608
                connection.exec_driver_sql(f'create table "{schema}"."{name}" as table "{name}"')


def _copies(connection: Connection, schema: str) -> list[tuple[str]]:
    asked = text("select tablename from pg_tables where schemaname = :s")
    return [(str(name),) for (name,) in connection.execute(asked, {"s": schema})]


def _go_on(connection: Connection) -> None:
    """Numbers that are given out go on behind those that were copied."""
    for table in every_table().tables.values():
        for column in table.primary_key.columns:
            found = connection.execute(
                text("select pg_get_serial_sequence(:t, :c)"), {"t": f'"{table.name}"', "c": column.name}
            ).scalar()
            if found:
                connection.exec_driver_sql(
                    f'select setval(\'{found}\', max("{column.name}")) from "{table.name}"'  # noqa: S608
                    f' having max("{column.name}") is not null'
                )
