"""A backup as one file: a tar of files behind zstd, with a manifest at its end that names and hashes each.

`zstd -d < FILE | tar -t` reads it where this program is not at hand.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

MANIFEST: Final = "manifest.json"
FORM: Final = 1
"""Of the archive itself; a reader refuses another."""
_PIECE: Final = 1 << 20


class ArchiveError(Exception):
    """A file that is no backup, or one that is not as it was written; `str()` names what and where."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the archive: path, size in bytes and SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds: `about` as whoever made it told, and every file."""

    about: dict[str, Any]
    files: list[Entry]

    def under(self, folder: str) -> list[Entry]:
        """The files below a folder."""
        return [one for one in self.files if one.path.startswith(f"{folder}/")]


class Writer:
    """Adds files to an archive that is being made."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        """`tar` is open for writing."""
        self._tar = tar
        self.files: list[Entry] = []

    def add(self, name: str, file: Path) -> None:
        """Add a file under a name. It must not change its length meanwhile."""
        with file.open("rb") as source:
            self._add(name, source, os.fstat(source.fileno()).st_size)

    def add_bytes(self, name: str, data: bytes) -> None:
        """Add bytes under a name."""
        self._add(name, io.BytesIO(data), len(data))

    def _add(self, name: str, source: IO[bytes], size: int) -> None:
        seen = _Hashing(source)
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self._tar.addfile(info, seen)
        self.files.append(Entry(name, size, seen.digest.hexdigest()))


@contextmanager
def written(to: Path, about: dict[str, Any]) -> Iterator[Writer]:
    """An archive being made, for its owner alone. It stands under its name only once it is whole and on disk."""
    import pyarrow as pa

    partial = to.with_name(f".{to.name}.{os.getpid()}")
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with (
            os.fdopen(handle, "wb") as file,
            pa.CompressedOutputStream(pa.PythonFile(file), "zstd") as stream,
            tarfile.open(fileobj=stream, mode="w|") as tar,
        ):
            writer = Writer(tar)
            yield writer
            files = [{"path": one.path, "bytes": one.size, "sha256": one.sha256} for one in writer.files]
            manifest = json.dumps({"form": FORM, **about, "files": files}, ensure_ascii=False, indent=1).encode()
            info = tarfile.TarInfo(MANIFEST)
            info.size, info.mode = len(manifest), 0o600
            tar.addfile(info, io.BytesIO(manifest))
        with partial.open("rb") as whole:
            os.fsync(whole.fileno())
        partial.replace(to)
    finally:
        partial.unlink(missing_ok=True)


def read(archive: Path, into: Path | None = None) -> Manifest:
    """Read a whole archive, compare each file with its hash, and put the files into an empty folder where one is given.

    Raises ArchiveError for what is missing, changed, too much, or wants to lie outside the folder.
    """
    found: dict[str, Entry] = {}
    manifest: Any = None
    try:
        with _opened(archive) as tar:
            for info in tar:
                if info.name == MANIFEST:
                    manifest = _manifest(tar, info)
                else:
                    found[info.name] = _take(tar, info, into)
    except (tarfile.TarError, OSError, ValueError, KeyError, EOFError) as error:
        raise ArchiveError(f"{archive.name} is no backup, or was cut off ({type(error).__name__})") from error
    if not isinstance(manifest, dict):
        raise ArchiveError(f"{archive.name} has no manifest: it was cut off, or is no backup")
    if manifest.get("form") != FORM:
        raise ArchiveError(f"{archive.name} was made by another release (form {manifest.get('form')}, expected {FORM})")
    try:
        files = [Entry(str(one["path"]), int(one["bytes"]), str(one["sha256"])) for one in manifest["files"]]
    except (KeyError, TypeError, ValueError) as error:
        raise ArchiveError(f"{archive.name}: the manifest cannot be read") from error
    wrong = [one.path for one in files if found.get(one.path) != one]
    more = found.keys() - {one.path for one in files}
    if wrong or more:
        raise ArchiveError(f"{archive.name}: not as it was written: {', '.join([*wrong, *sorted(more)][:5])}")
    about = {key: value for key, value in manifest.items() if key not in ("form", "files")}
    return Manifest(about, files)


@contextmanager
def _opened(archive: Path) -> Iterator[tarfile.TarFile]:
    import pyarrow as pa

    with (
        pa.OSFile(str(archive)) as file,
        pa.CompressedInputStream(file, "zstd") as stream,
        tarfile.open(fileobj=stream, mode="r|") as tar,
    ):
        yield tar


def _manifest(tar: tarfile.TarFile, info: tarfile.TarInfo) -> Any:
    source = tar.extractfile(info)
    if source is None or info.size > 512 * _PIECE:
        raise ValueError
    return json.loads(source.read())


def _take(tar: tarfile.TarFile, info: tarfile.TarInfo, into: Path | None) -> Entry:
    """Hash a file, and write it where a folder is given."""
    path = PurePosixPath(info.name)
    source = tar.extractfile(info) if info.isreg() else None
    if source is None or path.is_absolute() or ".." in path.parts or "\\" in info.name:
        raise ArchiveError(f"{info.name!r}: expected files below the archive's own folder")
    digest = hashlib.sha256()
    target: IO[bytes] | None = None
    if into is not None:
        where = into.joinpath(*path.parts)
        where.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = os.fdopen(os.open(where, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    try:
        while piece := source.read(_PIECE):
            digest.update(piece)
            if target is not None:
                target.write(piece)
    finally:
        if target is not None:
            target.close()
    return Entry(info.name, info.size, digest.hexdigest())


class _Hashing:
    """Reads through, hashing."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self.digest.update(piece)
        return piece
