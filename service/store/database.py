"""One way to the database, whichever it is: SQLite in WAL mode for a county, PostgreSQL for a province."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakSet

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError

from service.store.reader import Reader

BUSY_SECONDS = 30
"""How long a writer waits for another on SQLite: longer than any transaction here takes."""

MAPPED_BYTES = 8 << 30
LONG_LOG_PAGES = 64_000
"""So long a log of changes (250 MB) is brought into the file by whoever writes, if nobody did before."""
RESTART_PAGES = 40_000
"""So long a log (160 MB) is begun anew, which writers wait for. A log nobody adds to is begun anew by the next writer,
without a wait: this is for one that always grows."""
RESTART_MS = 20
LITTLE_PAGES = 500
"""So little of a log is brought into the file while writers wait."""
PASSES = 4
"""Times it is tried to come so far beside them."""
LOG_BYTES = 64 << 20


class DatabaseError(Exception):
    """The database cannot be used; says which kind of database and why, never its address or its password."""


class Database:
    """Connections to the service's tables.

    Reads run in `read()`, changes in `write()`: a whole transaction each, committed at the end of the block and
    rolled back when it raises. On SQLite `write()` takes the write lock at once, so that two writers wait for each
    other instead of failing half-way.
    """

    def __init__(self, url: str, *, connections: int = 8) -> None:
        """`url` as SQLAlchemy writes it. Raises DatabaseError for one that cannot be read or is of another kind."""
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise DatabaseError(
                "the database's address cannot be read: sqlite:///path or postgresql+psycopg://..."
            ) from error
        self.kind = parsed.get_backend_name()
        if self.kind == "sqlite":
            if parsed.database:
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            self._engine = create_engine(
                parsed,
                connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
                pool_size=connections,
                hide_parameters=True,  # An error would quote the row it was about.
            )
            event.listen(self._engine, "connect", _prepare_sqlite)
        elif self.kind == "postgresql":
            self._engine = create_engine(
                parsed.set(drivername="postgresql+psycopg"),
                pool_size=connections,
                pool_pre_ping=True,
                hide_parameters=True,
            )
        else:
            raise DatabaseError(f"found a {self.kind} database, expected sqlite or postgresql")
        self._readers: WeakSet[Reader] = WeakSet()
        self.path = Path(parsed.database) if self.kind == "sqlite" and parsed.database else None
        """The file of a SQLite database, else None."""

    @property
    def engine(self) -> Engine:
        """The engine itself, for migrations."""
        return self._engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the database. Nothing is changed through it."""
        with self._engine.connect() as connection:
            self.begin_read(connection)
            yield connection

    def reader(self) -> Reader:
        """Reads one after another through one connection; it ends with `close` here at the latest."""
        made = Reader(self._engine, self.begin_read)
        self._readers.add(made)
        return made

    def begin_read(self, connection: Connection) -> None:
        """Begin a transaction that sees one state of the database."""
        if self.kind == "postgresql":
            connection.execute(text("set transaction isolation level repeatable read, read only"))
        else:
            connection.exec_driver_sql("BEGIN")

    @contextmanager
    def write(self, *, lasting: bool = True) -> Iterator[Connection]:
        """A connection whose changes are kept together or not at all.

        Without `lasting` the end of the block does not wait until the changes lie on the disk, and nobody who wants to
        write waits for that either: a power cut may take the last moments of such changes, whole transactions from the
        last one backwards. It is for what a job would do again, as its own mark is lost with it. The next transaction
        that lasts makes all before it last.
        """
        with self._engine.connect() as connection:
            if self.kind == "sqlite":
                if not lasting:
                    connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
                try:
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                    with _together(connection):
                        yield connection
                finally:
                    if not lasting and not connection.invalidated:
                        connection.exec_driver_sql("PRAGMA synchronous=FULL")
                return
            if not lasting:
                connection.execute(text("set local synchronous_commit to off"))
            with _together(connection):
                yield connection

    def alone(self, connection: Connection, name: str) -> None:
        """Be the only transaction that holds `name` until the end of this one: appends to one chain wait here.

        SQLite has one writer anyway.
        """
        if self.kind == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(hashtext(:name))"), {"name": f"mingbai:{name}"})

    def checkpoint(self) -> None:
        """On SQLite: bring what was committed into the file while others go on, and begin a long log anew."""
        if self.kind != "sqlite":
            return
        with self._engine.connect() as connection:
            pages, done = _bring(connection)
            if pages < RESTART_PAGES:
                return
            # Writers wait for what is still to be done then. The first time took long, and much was added meanwhile;
            # each time after it takes less.
            for _ in range(PASSES):
                if pages - done <= LITTLE_PAGES:
                    break
                pages, done = _bring(connection)
            if done < pages - RESTART_PAGES // 2:
                return  # A reader holds on to what is in the log: nothing would come of it.
            # A reader that takes its time is not waited for.
            connection.exec_driver_sql(f"PRAGMA busy_timeout={RESTART_MS}")
            try:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(RESTART)").one()
            finally:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")

    def answers(self) -> bool:
        """Whether the database can be read now."""
        try:
            with self.read() as connection:
                connection.execute(text("select 1"))
        except (OperationalError, DatabaseError):
            return False
        return True

    def close(self) -> None:
        """Give all connections back."""
        for one in list(self._readers):
            one.close()
        self._engine.dispose()

    def after_fork(self) -> None:
        """Forget the parent's connections without closing them; to be called first in a forked child."""
        self._engine.dispose(close=False)


def _bring(connection: Connection) -> tuple[int, int]:
    """Bring what was committed into SQLite's file beside those who write; how many pages the log has, and how many of
    them are in the file."""
    _, pages, done = connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").one()
    return int(pages), int(done)


@contextmanager
def _together(connection: Connection) -> Iterator[None]:
    """What is done within is kept at the end, or nothing of it where it raises."""
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """WAL: readers never wait. FULL: what was answered survives a power cut. Transactions begin by hand.

    Keys lie all over a file of gigabytes: it is read where the system holds it in memory, without copies. Whoever
    writes does not stop to bring the log into the file before it is long: `checkpoint` does that beside them.
    """
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        f"mmap_size={MAPPED_BYTES}",
        f"wal_autocheckpoint={LONG_LOG_PAGES}",
        f"journal_size_limit={LOG_BYTES}",
    ):
        connection.execute(f"PRAGMA {pragma}")
