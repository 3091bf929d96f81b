"""A body on its way in, sealed piece by piece in a file without a name, and in clear only while it is read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from service.sealing.seal import SealError

if TYPE_CHECKING:
    from service.sealing import Seal

_LENGTH: Final = 4


class SealedBody:
    """Pieces of a body, each sealed and bound to its place. Whatever ends this process ends the file too."""

    def __init__(self, seal: Seal, folder: Path) -> None:
        """An empty one, in a folder nobody else can list. Raises OSError."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        self._seal = seal
        self._folder = folder
        self._file = _nameless(folder)
        self._pieces = 0

    def write(self, piece: bytes) -> None:
        """Add a piece. Raises OSError where there is no space for it."""
        if piece:
            sealed = self._seal.seal(piece, _about(self._pieces))
            _write(self._file, len(sealed).to_bytes(_LENGTH, "big") + sealed)
            self._pieces += 1

    @contextmanager
    def opened(self) -> Iterator[Path]:
        """The body in clear, as a path, for as long as the block lasts; the sealed one is given up. Raises OSError, and
        SealError where a piece was changed."""
        clear = _nameless(self._folder)
        try:
            with open(self._file, "rb", closefd=False) as file:
                file.seek(0)
                for number in range(self._pieces):
                    length = int.from_bytes(file.read(_LENGTH), "big")
                    sealed = file.read(length)
                    if len(sealed) != length:
                        raise SealError("the body was cut off after it was taken in")
                    _write(clear, self._seal.open(sealed, _about(number)))
            self.close()
            # Opened by this path it is read from its beginning, as often as it is opened.
            yield Path(f"/proc/self/fd/{clear}")
        finally:
            os.close(clear)

    def close(self) -> None:
        """Leave nothing of it."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _about(place: int) -> bytes:
    return b"body\0" + place.to_bytes(8, "big")


def _nameless(folder: Path) -> int:
    """A file without a name; its descriptor."""
    number, name = tempfile.mkstemp(dir=folder, prefix="body-")
    os.unlink(name)
    return number


def _write(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
