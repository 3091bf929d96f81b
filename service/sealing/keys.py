"""Where a deployment's keys come from: a variable, or a file that nobody else may read."""

from __future__ import annotations

import base64
import os
import time
from pathlib import Path

from service.sealing.seal import Seal, SealError, parse_keys
from service.settings import Settings

LOOK_AGAIN_SECONDS = 5.0
"""A process that runs notices a changed key file within so long."""

_HEAD = "# Keys of Mingbai, newest first. Keep a copy where the database is not: without them nothing sealed opens.\n"


def load_seal(settings: Settings) -> Seal:
    """The seal of a deployment, from MINGBAI_KEY or MINGBAI_KEY_FILE. Raises SealError that says what to do."""
    if settings.key and settings.key_file is not None:
        raise SealError("found both MINGBAI_KEY and MINGBAI_KEY_FILE, expected one of them")
    if settings.key:
        # A variable cannot hold lines everywhere: commas and blanks between keys do as well.
        return Seal.from_text(settings.key.replace(",", "\n"))
    if settings.key_file is None:
        raise SealError(
            "found no key, expected MINGBAI_KEY_FILE (or MINGBAI_KEY): `mingbai key make FILE` writes a new one"
        )
    return Seal.from_text(read_key_file(settings.key_file), changed=_Watch(settings.key_file))


def read_key_file(path: Path) -> str:
    """The text of a key file. Raises SealError where it cannot be read or others can read it too."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
    except OSError as error:
        raise SealError(f"the key file {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise SealError(f"the key file {path} is no text: expected what `mingbai key make` writes") from None
    if os.name == "posix" and mode & 0o077:
        raise SealError(f"the key file {path} can be read by others (mode {mode & 0o777:o}): chmod 600 {path}")
    return text


def make_key_file(path: Path) -> None:
    """Write a file with one new key. Raises SealError where there is a file already: its keys are never lost."""
    if path.exists():
        raise SealError(f"{path} is there already; `mingbai key add` puts a new key in front of those it holds")
    _write(path, f"{_HEAD}{Seal.new_key()}\n", replace=False)


def add_key(path: Path) -> None:
    """Put a new key in front of a file's keys; hashes stay what they are. Raises SealError."""
    text = read_key_file(path)
    Seal.from_text(text)
    _write(path, _HEAD + f"{Seal.new_key()}\n" + text.replace(_HEAD, ""), replace=True)


def drop_old_keys(path: Path) -> int:
    """Keep a file's newest key alone, beside what hashes are made with; how many were dropped. Raises SealError.

    The caller has seen that nothing is sealed with the others any more.
    """
    text = read_key_file(path)
    keys, _ = parse_keys(text)
    newest = base64.b64encode(keys[0]).decode()
    _write(path, f"{_HEAD}{newest}\nhash {Seal.from_text(text).hashing_key}\n", replace=True)
    return len(keys) - 1


def _write(path: Path, text: str, *, replace: bool) -> None:
    """Write a file only its owner reads, whole or not at all, on disk before this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}") if replace else path
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            partial.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise SealError(f"the key file {path} cannot be written: {error.strerror}") from error


class _Watch:
    """Tells when a key file was changed, looking at it no more often than `LOOK_AGAIN_SECONDS`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = self._state()
        self._next = time.monotonic() + LOOK_AGAIN_SECONDS

    def __call__(self, at_once: bool) -> str | None:
        """The text of the file when it is another than before; None otherwise, and while it cannot be read."""
        now = time.monotonic()
        if not at_once and now < self._next:
            return None
        self._next = now + LOOK_AGAIN_SECONDS
        state = self._state()
        if state is None or state == self._seen:
            return None
        try:
            text = read_key_file(self._path)
        except SealError:
            return None
        self._seen = state
        return text

    def _state(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size
