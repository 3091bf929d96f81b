"""Where the record of models lies, and how its files are written: whole or not at all, one writer at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MODEL = "mingbai-score"
EXPERIMENT = "mingbai"
POINTER = "champion.json"
BUNDLE = "bundle"
PROOF = "proof"
GATES = "gates"


class RegistryError(RuntimeError):
    """The record of models cannot be used; the message says what is wrong and what to do."""


def root() -> Path:
    """The folder of the record: `MINGBAI_MLRUNS`, or `mlruns` in the working directory."""
    return Path(os.environ.get("MINGBAI_MLRUNS") or "mlruns")


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader finds the old one or the new one, never a half."""
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
def alone() -> Iterator[None]:
    """One writer of the record at a time; a second one waits."""
    root().mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:  # A system without POSIX locks: two writers at once are then the user's to avoid.
        yield
        return
    with (root() / ".record.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
