"""Sealed files in folders of the home: whole or not at all, each bound to its folder and name.

`attachments/3f2a...` sealed under that name opens under no other. `mingbai key rotate` seals every file of the folders
in `SEALED_FOLDERS` again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from service.sealing.seal import NAME_BYTES, Seal

SEALED_FOLDERS: Final = ("attachments",)
"""Folders under `<home>/service` whose files are all sealed by `write_sealed`."""


def write_sealed(seal: Seal, path: Path, data: bytes) -> None:
    """Seal bytes into a file only its owner reads, on disk before this returns. Raises OSError and leaves nothing."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(seal.seal(data, _about(path)))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def read_sealed(seal: Seal, path: Path) -> bytes:
    """The bytes of a sealed file. Raises OSError, and SealError when it was changed, exchanged or its key is gone."""
    return seal.open(path.read_bytes(), _about(path))


def not_newest(seal: Seal, state: Path) -> Iterator[Path]:
    """The sealed files under a deployment's state folder that another key than the newest sealed."""
    for folder in SEALED_FOLDERS:
        for path in sorted((state / folder).glob("*")) if (state / folder).is_dir() else ():
            # A leading dot: half-written, its writer's business.
            if not path.is_file() or path.name.startswith("."):
                continue
            with path.open("rb") as file:
                if not seal.is_newest(file.read(NAME_BYTES)):
                    yield path


def _about(path: Path) -> bytes:
    """What a file is bound to: its folder and its name."""
    return f"{path.parent.name}/{path.name}".encode()
