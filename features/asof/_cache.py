"""Encoded columns and group indexes kept beside the data, so that a second run starts warm.

Arrays are mapped copy-on-write: nothing is read before it is used, and nothing a feature does reaches the file. The
folder is named after the sizes and times of the Parquet files it was made from: changed data never meets an old index.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

LAYOUT = 1
"""Raised when what the arrays mean changes, so that old ones are made again."""

SMALL = 200_000
"""Arrays shorter than this are quicker to make again than to look up."""


class Cache:
    """Named arrays in a folder; without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    @classmethod
    def beside(cls, store: Path) -> Cache:
        """The cache of a folder of canonical Parquet; caches of earlier contents are removed."""
        digest = hashlib.sha256(f"layout {LAYOUT}".encode())
        for path in sorted(store.glob("*.parquet")):
            status = path.stat()
            digest.update(f"{path.name}/{status.st_size}/{status.st_mtime_ns}".encode())
        folder = store / f"index-{digest.hexdigest()[:16]}"
        for old in store.glob("index-*"):
            if old != folder:
                shutil.rmtree(old, ignore_errors=True)
        return cls(folder)

    def array(self, name: str, rows: int, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """The array kept under `name`, else made now and kept when `rows` is large enough to matter."""
        if self.folder is None or rows < SMALL:
            return make()
        path = self.folder / f"{name}.npy"
        if path.exists():
            return np.load(path, mmap_mode="c", allow_pickle=False)
        made = make()
        self._write(path, lambda target: np.save(target, made, allow_pickle=False))
        return made

    def strings(self, name: str, make: Callable[[], pa.Array]) -> pa.Array:
        """The string array kept under `name`, else made now and kept when it is large enough to matter."""
        path = self.folder / f"{name}.arrow" if self.folder is not None else None
        if path is not None and path.exists():
            with pa.memory_map(str(path)) as source:
                return pa.ipc.open_file(source).get_batch(0).column(0)
        made = make()
        if path is not None and len(made) >= SMALL:
            self._write_strings(path, made)
        return made

    def _write_strings(self, path: Path, values: pa.Array) -> None:
        def write(target: Path) -> None:
            batch = pa.record_batch([values], names=["value"])
            with pa.OSFile(str(target), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
                writer.write_batch(batch)

        self._write(path, write)

    def _write(self, path: Path, write: Callable[[Path], Any]) -> None:
        """Under another name first, so that a run that dies half-way leaves no half file behind."""
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{os.getpid()}-{path.name}")
        write(partial)
        partial.replace(path)
