"""Statements that are asked hundreds of times a second, put to SQLite's driver itself.

SQLAlchemy takes several times as long around such a statement as SQLite in it. Everything else goes its usual way, and
so does everything on PostgreSQL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any, Final

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError, OperationalError

VALUES: Final = 32_000
"""Values one statement holds at most; fewer where SQLite was built with a lower limit."""


def quick_rows(connection: Connection, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]] | None:
    """The rows of a statement in the connection's transaction; None on another database than SQLite.

    Values as the driver takes them. Raises OperationalError, as SQLAlchemy would.
    """
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        return None
    try:
        return driver.execute(statement, values).fetchall()
    except sqlite3.Error as error:
        # Never the values: they may be personal.
        raise OperationalError(statement, None, error, hide_parameters=True) from error


def quick_add(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, again: bool = False) -> bool:
    """Insert rows that all have the same columns, many by one statement; False on another database than SQLite.

    One by one, each row would wake whoever else wants the interpreter. With `again` a row whose key is there already is
    left out. Raises IntegrityError and OperationalError, as SQLAlchemy would.
    """
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        return False
    if not rows:
        return True
    names = tuple(rows[0])
    takes = _takes(table, names)
    most = min(VALUES, driver.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)) // len(names)
    for start in range(0, len(rows), most):
        part = rows[start : start + most]
        told = [[one[name] for name in names] for one in part]
        for place, take in takes:
            for row in told:
                row[place] = take(row[place])
        values = ",".join([f"({','.join('?' * len(names))})"] * len(part))
        statement = f"insert into {table.name} ({','.join(names)}) values {values}"  # noqa: S608 - names of our own
        statement += " on conflict do nothing" if again else ""
        try:
            driver.execute(statement, list(chain.from_iterable(told)))
        except sqlite3.IntegrityError as error:
            raise IntegrityError(statement, None, error, hide_parameters=True) from error
        except sqlite3.Error as error:
            raise OperationalError(statement, None, error, hide_parameters=True) from error
    return True


@cache
def _takes(table: Table, names: tuple[str, ...]) -> list[tuple[int, Any]]:
    """Places of the columns whose values the driver takes in another form, and what puts them into it."""
    dialect = sqlite.dialect()
    found = ((place, table.c[name].type.dialect_impl(dialect)) for place, name in enumerate(names))
    made = ((place, kind.bind_processor(dialect)) for place, kind in found)
    return [(place, take) for place, take in made if take is not None]
