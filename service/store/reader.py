"""One read transaction after another through one connection, for whoever reads hundreds of times a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from service.store._quick import quick_rows


class Reader:
    """As `Database.read`, for one thread, without taking a connection and giving it back each time."""

    def __init__(self, engine: Engine, begin: Callable[[Connection], None]) -> None:
        """Nothing is opened before the first read. `begin` begins a transaction that sees one state."""
        self._engine = engine
        self._begin = begin
        self._connection: Connection | None = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the database. After an error the next read opens another."""
        if self._connection is None:
            self._connection = self._engine.connect()
        connection = self._connection
        try:
            quick = quick_rows(connection, "begin", ()) is not None
            if not quick:
                self._begin(connection)
            yield connection
            if quick:
                quick_rows(connection, "rollback", ())
            connection.rollback()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the connection back; a further read opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
