"""Uploads on disk until their rows are on record: sealed as they arrive, so that no name lies there in clear.

A file is a row of frames, each a length and a sealed piece that is bound to its place; a frame that is missing,
changed or moved does not open. To be read, a file is opened into one without a name, which is gone with the process.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from service.sealing.seal import SealError
from service.work.runs.errors import RunRefusedError

if TYPE_CHECKING:
    from service.work.context import Context

FRAME: Final = 1 << 20
"""Bytes sealed together."""

_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def folder(context: Context) -> Path:
    """Where uploads lie; made where it is missing, for nobody else to look into."""
    found = context.settings.state / "spool"
    found.mkdir(parents=True, exist_ok=True, mode=0o700)
    found.chmod(0o700)
    return found


class Upload:
    """An upload that is being written. Leave it by `finish` or `discard`; as a context it is discarded unless finished.

    Raises RunRefusedError (`too_large`, `no_space`); then nothing of it stays.
    """

    def __init__(self, context: Context, limit: int) -> None:
        """At most `limit` bytes are taken."""
        self.name = f"run-{secrets.token_hex(12)}"
        self.size = 0
        self._limit = limit
        self._seal = context.seal
        self._hash = hashlib.sha256()
        self._held = bytearray()
        self._frames = 0
        self._path = folder(context) / self.name
        self._file: BinaryIO | None = None
        self._kept = False
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise self._failed(error) from error
        self._file = os.fdopen(descriptor, "wb", buffering=0)

    def __enter__(self) -> Upload:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Discard what was not finished."""
        if not self._kept:
            self.discard()

    @property
    def digest(self) -> str:
        """SHA-256 of all bytes so far, hexadecimal."""
        return self._hash.hexdigest()

    def write(self, data: bytes) -> None:
        """Take more bytes."""
        self.size += len(data)
        if self.size > self._limit:
            self.discard()
            raise too_large(self._limit)
        self._hash.update(data)
        self._held += data
        while len(self._held) >= FRAME:
            self._frame(bytes(self._held[:FRAME]))
            del self._held[:FRAME]

    def finish(self) -> None:
        """Put everything on the disk for good."""
        assert self._file is not None  # noqa: S101 - not used after discard
        if self._held:
            self._frame(bytes(self._held))
            self._held.clear()
        try:
            os.fsync(self._file.fileno())
            self._file.close()
        except OSError as error:
            raise self._failed(error) from error
        self._kept = True

    def discard(self) -> None:
        """Leave nothing of it."""
        if self._file is not None:
            self._file.close()
        self._path.unlink(missing_ok=True)
        self._kept = False

    def _frame(self, piece: bytes) -> None:
        assert self._file is not None  # noqa: S101 - not used after discard
        sealed = self._seal.seal(piece, _about(self.name, self._frames))
        self._frames += 1
        waiting = memoryview(len(sealed).to_bytes(4, "big") + sealed)
        try:
            while waiting:
                waiting = waiting[self._file.write(waiting) :]
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> Exception:
        """A full disk is told as such; anything else as it is."""
        self.discard()
        return no_space() if error.errno in _FULL else error


def too_large(limit: int) -> RunRefusedError:
    """The upload is larger than this deployment takes."""
    return RunRefusedError(
        "too_large",
        "upload-too-large",
        f"An upload holds at most {limit:,} bytes. Send the run in parts under the same run_id.",
        f"上传文件不得超过 {limit:,} 字节；请以同一 run_id 分批提交。",
    )


def no_space() -> RunRefusedError:
    """The disk is full; nothing was kept."""
    return RunRefusedError(
        "no_space",
        "no-space",
        "There is no space for the upload on this machine. Nothing was kept; send it again later.",
        "服务器磁盘空间不足，未保存任何内容；请稍后重新提交。",
    )


@contextmanager
def opened(context: Context, name: str, size: int) -> Iterator[Path]:
    """The upload in clear, as a path for as long as the block lasts. Raises SealError when it was changed or cut off,
    FileNotFoundError when it is gone."""
    with tempfile.TemporaryFile(dir=folder(context)) as clear:
        with (folder(context) / name).open("rb") as file:
            for frame, sealed in enumerate(_frames(file)):
                clear.write(context.seal.open(sealed, _about(name, frame)))
        clear.flush()
        if clear.tell() != size:
            raise SealError("the upload was cut off after it was taken")
        by_number = Path(f"/proc/self/fd/{clear.fileno()}")
        yield by_number if by_number.exists() else Path(f"/dev/fd/{clear.fileno()}")


def remove(context: Context, name: str) -> None:
    """Remove an upload whose rows are on record."""
    (folder(context) / name).unlink(missing_ok=True)


def sweep(context: Context, needed: set[str], older_than_seconds: float) -> int:
    """Remove uploads no run needs that are older than that (a crash left them); returns how many."""
    removed = 0
    now = context.clock.now().timestamp()
    for path in folder(context).glob("run-*"):
        try:
            if path.name not in needed and now - path.stat().st_mtime > older_than_seconds:
                path.unlink()
                removed += 1
        except FileNotFoundError:
            continue
    return removed


def _frames(file: BinaryIO) -> Iterator[bytes]:
    while head := file.read(4):
        yield file.read(int.from_bytes(head, "big"))


def _about(name: str, frame: int) -> bytes:
    return f"spool.{name}.{frame}".encode()
