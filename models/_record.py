"""Files of the record of models and rules: written whole or not at all, one writer at a time, lines only ever added.

A journal is a file of JSON lines, each naming the hash of the line before (what a line holds is its owner's business).
A line that a crash left half-written at the end is not a line: readers pass over it and the next writer takes it away.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader finds the old one or the new one, never a half. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """One holder of a lock file at a time; a second one waits. Raises OSError where the file cannot be written."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:  # A system without POSIX locks: two writers at once are then the user's to avoid.
        yield
        return
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def whole_lines(path: Path) -> list[str]:
    """The lines of a journal, oldest first; none where there is no file. Raises OSError and UnicodeDecodeError.

    Only a line feed ends a line: a name may hold what Python takes for the end of one.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    return [line.decode("utf-8") for line in content[: _whole(content)].split(b"\n")[:-1]]


def add_line(path: Path, line: str) -> None:
    """Add a line without a line feed in it to a journal, on disk before this returns. The caller holds the lock."""
    with path.open("ab") as file:
        whole = _whole(path.read_bytes())
        if whole < file.tell():
            file.truncate(whole)
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _whole(content: bytes) -> int:
    """How many bytes whole lines take."""
    return content.rfind(b"\n") + 1
