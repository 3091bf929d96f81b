"""Payments that were taken, scored and answered, and are not in the database yet: a SQLite file of their own.

The database has one writer at a time, and whoever waits for a score would wait for all the others. Here nobody else
writes: an entry lies on the disk within a millisecond, and a moment later what it says is brought into the database and
the entry is dropped. One process at a time owns the file, by a lock that ends with it, however it ends.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LOG_BYTES: Final = 128 << 20
"""A log of changes about this long is begun anew while entries come: whoever adds one then waits for the disk. Without
entries it is done at once."""

ENTRY_BYTES: Final = 4 * 4096
"""What an entry adds to the log beside itself: the pages it and its end touch."""

_MAKE: Final = """
create table if not exists entries (
  number integer primary key autoincrement,
  source text not null,
  facts blob not null,
  scores text not null,
  aside text
)
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """Payments answered together: their rows sealed, their scores as JSON, who sent them (`source` of a batch)."""

    source: str
    facts: bytes
    scores: str
    number: int = 0


class Journal:
    """The file, as its owner uses it: one thread adds, another drops. Raises sqlite3.Error, as on a full disk."""

    def __init__(self, path: Path) -> None:
        """Nothing is opened before `own`."""
        self._path = path
        self._handle: int | None = None
        self._adding: sqlite3.Connection
        self._dropping: sqlite3.Connection
        # Else the two threads would meet at SQLite's own lock, at which one sleeps.
        self._lock = threading.Lock()
        self._logged = 0

    def own(self) -> bool:
        """Become the one process that uses the file; False while another is. Stays so until `close`."""
        if self._handle is not None:
            return True
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            # FULL: what was answered survives a power cut. An entry that is dropped twice does no harm.
            self._adding = _opened(self._path, "FULL")
            self._dropping = _opened(self._path, "NORMAL")
            self._adding.execute(_MAKE)
        except BlockingIOError:
            os.close(handle)
            return False
        except BaseException:
            os.close(handle)
            raise
        self._handle = handle
        return True

    def close(self) -> None:
        """Give the file to whoever wants to own it next."""
        if self._handle is not None:
            self._adding.close()
            self._dropping.close()
            os.close(self._handle)
            self._handle = None

    def add(self, entry: Entry) -> int:
        """Put an entry on the disk; its number."""
        with self._lock:
            done = self._adding.execute(
                "insert into entries (source, facts, scores) values (?, ?, ?)",
                (entry.source, entry.facts, entry.scores),
            )
            self._logged += len(entry.facts) + len(entry.scores) + ENTRY_BYTES
        return int(done.lastrowid or 0)

    def entries(self, limit: int) -> list[Entry]:
        """The first entries that wait to be brought into the database, in the order they were added."""
        asked = "select number, source, facts, scores from entries where aside is null order by number limit ?"
        with self._lock:
            rows = self._dropping.execute(asked, (limit,)).fetchall()
        return [Entry(source, facts, scores, number) for number, source, facts, scores in rows]

    def drop(self, numbers: Sequence[int]) -> None:
        """Forget entries that are in the database for good."""
        # One statement: one by one, each would wake whoever else wants the interpreter.
        dropped = "delete from entries where number in (select value from json_each(?))"
        with self._lock:
            self._dropping.execute(dropped, (json.dumps(list(numbers)),))

    def set_aside(self, number: int, why: str) -> None:
        """Keep an entry that cannot be brought into the database, and try no more: somebody must look at it."""
        with self._lock:
            self._adding.execute("update entries set aside = ? where number = ?", (why, number))

    def tidy(self, *, idle: bool) -> None:
        """Bring the log of changes into the file, and begin it anew, when nobody adds or it is long. To be called by
        the thread that drops, often."""
        if self._logged < (1 if idle else LOG_BYTES):
            return
        self._logged = 0
        self._dropping.execute("pragma wal_checkpoint(passive)")
        with self._lock:
            # What came meanwhile is little.
            self._dropping.execute("pragma wal_checkpoint(restart)")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a journal stands: the newest entry that waits (0: none does), and how many were set aside."""

    newest: int
    aside: int


def standing(path: Path) -> Standing:
    """How the journal in a file stands, for anybody who asks; without the file nothing waits. Raises sqlite3.Error."""
    if not path.exists():
        return Standing(0, 0)
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)
    try:
        asked = "select coalesce(max(case when aside is null then number end), 0), count(aside) from entries"
        newest, aside = connection.execute(asked).fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return Standing(0, 0)
        raise
    finally:
        connection.close()
    return Standing(int(newest), int(aside))


def waits(path: Path, number: int) -> bool:
    """Whether an entry up to this number still waits. Raises sqlite3.Error."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)
    try:
        asked = "select exists (select 1 from entries where number <= ? and aside is null)"
        return bool(connection.execute(asked, (number,)).fetchone()[0])
    finally:
        connection.close()


def _opened(path: Path, synchronous: str) -> sqlite3.Connection:
    """Each statement is a transaction unless one was begun by hand; the log is brought into the file by `tidy`."""
    connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    pragmas = ("journal_mode=wal", f"synchronous={synchronous}", "wal_autocheckpoint=0")
    for pragma in pragmas:
        connection.execute(f"pragma {pragma}")
    return connection
