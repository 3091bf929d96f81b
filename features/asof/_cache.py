"""Encoded columns and group indexes kept beside the data, so that a second run starts warm.

Arrays are mapped copy-on-write: nothing is read before it is used, and nothing a feature does reaches the file. The
folder is named after the sizes and times of the Parquet files it was made from: changed data never meets an old index.
What depends on the code of features too (columns they derive) lies in a folder inside it, named after that code.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

LAYOUT = 2
"""Raised when what the arrays mean changes, so that old ones are made again."""

SMALL = 4_000_000
"""A store of fewer bytes is quicker to encode again than to look up."""

BLOCK = 1 << 16
"""Bytes that are written or left a hole together."""

OLD_SECONDS = 3600
"""Files left half-written by a run that died are removed after this long; a run of now may still be writing."""


class Cache:
    """Named arrays in a folder; without a folder nothing is kept. `code` is the folder of what code derives."""

    def __init__(self, folder: Path | None, code: Path | None = None) -> None:
        self.folder = folder
        self.code = code
        self.cold = code is not None and not code.exists()
        """Whether nothing was kept yet for this data and code when the store was opened."""

    @classmethod
    def beside(cls, store: Path) -> Cache:
        """The cache of a folder of canonical Parquet; caches of earlier contents and earlier code are removed."""
        digest = hashlib.sha256(f"layout {LAYOUT}".encode())
        size = 0
        for path in sorted(store.glob("*.parquet")):
            status = path.stat()
            size += status.st_size
            digest.update(f"{path.name}/{status.st_size}/{status.st_mtime_ns}".encode())
        folder = store / f"index-{digest.hexdigest()[:16]}"
        _remove_others(store, "index-*", folder)
        if size < SMALL:
            return cls(None)
        code = folder / f"derived-{_code()}"
        _remove_others(folder, "derived-*", code)
        _remove_partial(folder)
        return cls(folder, code)

    def array(self, name: str, make: Callable[[], NDArray[Any]], *, by_code: bool = False) -> NDArray[Any]:
        """The array kept under `name`, else made now and kept. `by_code`: it depends on the code of a feature."""
        folder = self.code if by_code else self.folder
        if folder is None:
            return make()
        path = folder / f"{name}.npy"
        found = _mapped(path)
        if found is not None:
            return found
        with _alone(path):
            found = _mapped(path)
            if found is not None:  # Another process made it while this one waited.
                return found
            made = make()
            if made.dtype.hasobject:
                return made
            self._write(path, lambda target: _save(target, made))
        found = _mapped(path)
        return made if found is None else found

    def strings(self, name: str, make: Callable[[], pa.Array]) -> pa.Array:
        """The string array kept under `name`, else made now and kept."""
        if self.folder is None:
            return make()
        path = self.folder / f"{name}.arrow"
        found = _mapped_strings(path)
        if found is not None:
            return found
        with _alone(path):
            found = _mapped_strings(path)
            if found is None:
                found = make()
                self._write_strings(path, found)
        return found

    def note(self, name: str, read: Iterable[str]) -> None:
        """Keep the names of what an array of code was made from, beside it."""
        if self.code is not None:
            self._write(self.code / f"{name}.reads", lambda target: target.write_text("\n".join(sorted(read))))

    def noted(self, name: str, otherwise: Iterable[str]) -> frozenset[str]:
        """Those names; `otherwise` where they were not kept."""
        try:
            text = "" if self.code is None else (self.code / f"{name}.reads").read_text()
        except OSError:
            return frozenset(otherwise)
        return frozenset(text.split("\n")) - {""}

    def _write_strings(self, path: Path, values: pa.Array) -> None:
        def write(target: Path) -> None:
            batch = pa.record_batch([values], names=["value"])
            with pa.OSFile(str(target), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
                writer.write_batch(batch)

        self._write(path, write)

    def _write(self, path: Path, write: Callable[[Path], Any]) -> None:
        """Under another name first, so that a run that dies half-way leaves no half file behind.

        A disk that is full or may not be written to costs speed only: the run goes on with what it has in memory.
        """
        partial = path.with_name(f".{os.getpid()}-{path.name}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write(partial)
            partial.replace(path)
        except OSError:
            partial.unlink(missing_ok=True)


def _mapped_strings(path: Path) -> pa.Array | None:
    """The strings of a file, mapped; None where there are none or they cannot be read."""
    try:
        with pa.memory_map(str(path)) as source:
            return pa.ipc.open_file(source).get_batch(0).column(0)
    except (OSError, pa.ArrowInvalid, IndexError):
        return None


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time makes what goes to a path; without locks two may, which costs time only."""
    try:
        import fcntl

        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_name(f".lock-{path.name}").open("w")
    except (ImportError, OSError):
        yield
        return
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    path.with_name(f".lock-{path.name}").unlink(missing_ok=True)


def _mapped(path: Path) -> NDArray[Any] | None:
    """The array of a file, mapped; None where there is none or it cannot be read (it is then made again)."""
    try:
        mapped = np.load(path, mmap_mode="c", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    # A plain array over the same pages: `np.memmap` costs microseconds at every slice.
    found: NDArray[Any] = np.asarray(mapped)
    return found


def _code() -> str:
    """A fingerprint of the code of features, read from its files."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.toml"), *root.rglob("*.json")]):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _remove_others(folder: Path, pattern: str, kept: Path) -> None:
    for old in folder.glob(pattern):
        if old != kept:
            shutil.rmtree(old, ignore_errors=True)


def _remove_partial(folder: Path) -> None:
    """What runs that died were writing. Judged by the folder's own time: a file system may keep another clock."""
    for partial in folder.rglob(".*-*.*"):
        try:
            if folder.stat().st_mtime - partial.stat().st_mtime > OLD_SECONDS:
                partial.unlink()
        except OSError:
            continue


def _save(target: Path, values: NDArray[Any]) -> None:
    """An `.npy` file with holes where the array is zero: most flags of a long history are, and cost no disk."""
    values = np.ascontiguousarray(values)
    content = values.reshape(-1).view(np.uint8)
    with target.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(values))
        start = file.tell()
        for place in range(0, len(content), BLOCK):
            block = content[place : place + BLOCK]
            if block.any():
                file.seek(start + place)
                file.write(block.data)
        file.truncate(start + len(content))
