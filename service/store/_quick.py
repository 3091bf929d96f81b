"""Statements that are asked hundreds of times a second, put to SQLite's driver itself.

SQLAlchemy takes several times as long around such a statement as SQLite in it. Everything else goes its usual way, and
so does everything on PostgreSQL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError


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
