"""Migrations, up and down, with a row in every table, on both kinds of database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Connection, Date, Double, LargeBinary, Table, Text, func, insert, inspect, select

from service.store import Database, every_table, migrate
from service.store._columns import Document, Moment, Sealed
from service.store.migrate import FOLDER, MigrationError


@pytest.fixture
def empty(database_url: str) -> Iterator[Database]:
    """A database without any table."""
    found = Database(database_url)
    every_table().drop_all(found.engine)
    yield found
    found.close()


def steps() -> list[str]:
    """Every step, oldest first."""
    return [script.revision for script in reversed(list(ScriptDirectory(str(FOLDER)).walk_revisions()))]


def value(column: Any) -> Any:
    """Something a column takes."""
    kind = column.type
    if isinstance(kind, Moment):
        return dt.datetime(2019, 7, 1, tzinfo=dt.UTC)
    if isinstance(kind, Sealed | LargeBinary):
        return b"x"
    if isinstance(kind, type(Document)):
        return {"a": [1]}
    for found, made in ((Boolean, True), (Date, dt.date(2019, 7, 1)), (Double, 0.5), (Text, "x")):
        if isinstance(kind, found):
            return made
    # What an intake took in is what it accepted and what it set aside: the database itself holds that.
    return 2 if column.name == "rows_in" else 1


def fill(connection: Connection, there: set[str], filled: set[str]) -> None:
    """A row in every table there is that has none yet."""
    for table in every_table().sorted_tables:
        if table.name in there - filled:
            connection.execute(insert(table).values({column.name: value(column) for column in table.columns}))
            filled.add(table.name)


def count(connection: Connection, table: Table) -> int:
    """Rows of a table."""
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def tables_of(database: Database) -> set[str]:
    """Tables there are."""
    return set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def test_the_steps_come_to_the_tables_of_the_code(empty: Database) -> None:
    """Migrating from nothing gives what the code declares: no table, column, index or key more or less."""
    assert migrate.current(empty) is None
    migrate.upgrade(empty)
    assert migrate.is_current(empty)
    with empty.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, every_table()) == []


def test_up_and_down_lose_no_row_of_what_stays(empty: Database) -> None:
    """Step by step up, a row put into each new table; step by step down: rows of tables that stay are there."""
    known = {table.name: table for table in every_table().sorted_tables}
    filled: set[str] = set()
    made: list[set[str]] = []
    for step in steps():
        before = tables_of(empty)
        migrate.upgrade(empty, step)
        made.append(tables_of(empty) - before)
        with empty.write() as connection:
            fill(connection, tables_of(empty), filled)
    assert filled == known.keys()
    for place in range(len(made) - 1, -1, -1):
        with empty.read() as connection:
            for name in tables_of(empty):
                assert count(connection, known[name]) == 1, name
        migrate.downgrade(empty, steps()[place - 1] if place else "base")
        assert made[place] & tables_of(empty) == set()
    assert tables_of(empty) == set()
    migrate.upgrade(empty)
    assert migrate.is_current(empty)


def test_the_log_is_append_only_after_migrating(empty: Database) -> None:
    """The triggers that refuse a change come with the migration."""
    migrate.upgrade(empty)
    log = every_table().tables["audit_lines"]
    with empty.write() as connection:
        connection.execute(insert(log).values({column.name: value(column) for column in log.columns}))

    def change() -> None:
        with empty.write() as connection:
            connection.execute(log.update().values(who="somebody else"))

    with pytest.raises(Exception, match="append-only"):
        change()


def test_a_shape_of_a_newer_release_is_refused(empty: Database) -> None:
    """Tables this release does not know are left alone, with a word on what to do."""
    migrate.upgrade(empty)
    with empty.write() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    with pytest.raises(MigrationError, match="9999"):
        migrate.upgrade(empty)
    assert not migrate.is_current(empty)
