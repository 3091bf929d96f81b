"""SQLite's log of changes is brought into the file beside those who write, and does not grow without end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from service.store import database as module
from service.store.database import Database

PAGES = 100
"""A log so long is begun anew here."""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database of some pages whose log is empty."""
    monkeypatch.setattr(module, "RESTART_PAGES", PAGES)
    monkeypatch.setattr(module, "LITTLE_PAGES", 5)
    made = Database(f"sqlite:///{tmp_path / 'service.db'}")
    with made.write() as connection:
        connection.execute(text("create table t (n integer primary key, x blob)"))
    put(made, 300)
    with made.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    yield made
    made.close()


def put(store: Database, rows: int) -> None:
    """Change so many pages, one a row."""
    with store.write() as connection:
        for number in range(rows):
            connection.execute(text("insert or replace into t values (:n, randomblob(3500))"), {"n": number})


def length(store: Database) -> int:
    """Pages in the log, all brought into the file that can be."""
    with store.engine.connect() as connection:
        return int(connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").one()[1])


def asked(store: Database) -> list[str]:
    """Every checkpoint from now on, as it is asked for."""
    found: list[str] = []

    def note(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if "wal_checkpoint" in statement:
            found.append(statement.partition("(")[2].rstrip(")"))

    event.listen(store.engine, "before_cursor_execute", note)
    return found


def test_a_short_log_is_brought_in_and_nobody_waits(store: Database) -> None:
    """All of it is in the file; the next who writes begins it anew without being asked."""
    put(store, PAGES // 2)
    kinds = asked(store)
    store.checkpoint()
    assert kinds == ["PASSIVE"]
    put(store, 3)
    assert length(store) < 20


@pytest.mark.parametrize("added", [30, 5, 0])
def test_a_long_log_that_others_add_to_is_begun_anew(store: Database, added: int) -> None:
    """However often it is brought in, somebody has added to it meanwhile: writers wait once, for little."""
    put(store, PAGES + 50)
    kinds = asked(store)

    def adds(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if "(PASSIVE)" in statement:
            put(store, added)

    event.listen(store.engine, "after_cursor_execute", adds)
    store.checkpoint()
    event.remove(store.engine, "after_cursor_execute", adds)
    assert kinds[-1] == "RESTART"
    assert kinds.count("RESTART") == 1
    assert len(kinds) <= module.PASSES + 2
    put(store, 3)
    assert length(store) < 20


def test_a_reader_is_not_waited_for_and_the_log_is_begun_anew_once_it_is_gone(store: Database) -> None:
    """What it reads stays as it was; whoever writes goes on meanwhile."""
    with store.read() as reading:
        before = reading.execute(text("select hex(x) from t where n = 1")).scalar_one()
        put(store, PAGES * 2)
        kinds = asked(store)
        store.checkpoint()
        assert "RESTART" not in kinds
        put(store, 3)
        assert length(store) > PAGES * 2
        assert reading.execute(text("select hex(x) from t where n = 1")).scalar_one() == before
    store.checkpoint()
    assert kinds[-1] == "RESTART"
    put(store, 3)
    assert length(store) < 20


def test_whoever_writes_waits_for_others_as_long_as_before(store: Database) -> None:
    """The short patience of a checkpoint does not stay with the connection, which goes back to everybody's."""
    put(store, PAGES + 50)
    store.checkpoint()
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == module.BUSY_SECONDS * 1000
