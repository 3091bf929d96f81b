"""One read transaction after another through one connection, for whoever reads hundreds of times a second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection

if TYPE_CHECKING:
    from service.store.database import Database


class Reader:
    """As `Database.read`, for one thread, without taking a connection and giving it back each time."""

    def __init__(self, database: Database) -> None:
        """Nothing is opened before the first read."""
        self._database = database
        self._connection: Connection | None = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the database. After an error the next read opens another."""
        if self._connection is None:
            self._connection = self._database.engine.connect()
        connection = self._connection
        try:
            self._database.begin_read(connection)
            yield connection
            connection.rollback()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
