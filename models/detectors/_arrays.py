"""Arrays of files made elsewhere as numbers: object arrays read without running anything, words coded by rarity."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

Float = NDArray[np.float64]
HARMLESS = frozenset(
    {
        ("numpy", "dtype"),
        ("numpy", "ndarray"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "scalar"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy.core.multiarray", "scalar"),
        ("_codecs", "encode"),
    }
)
PLAIN = (int, float, str, bytes, np.generic, type(None))


class _Plain(pickle.Unpickler):
    """Reads arrays of plain values; anything that could run code is refused."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in HARMLESS:
            return super().find_class(module, name)
        raise ValueError(f"holds an object ({module}.{name}) that is neither number nor word")


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Every array of an `.npz` file. Raises ValueError for files that are none, or that hold more than plain values."""
    try:
        with path.open("rb") as file:
            if file.read(6) == b"\x93NUMPY":
                raise ValueError("holds one array without a name; expected two, X and y")
        with zipfile.ZipFile(path) as archive:
            found = {}
            for name in archive.namelist():
                with archive.open(name) as member:
                    found[name.removesuffix(".npy")] = _array(member)
            return found
    except (OSError, EOFError, zipfile.BadZipFile, pickle.UnpicklingError) as error:
        raise ValueError("is no readable .npz file") from error


def _array(file: IO[bytes]) -> NDArray[Any]:
    version = npy.read_magic(file)
    header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, fortran, dtype = header(file)
    if dtype.hasobject:
        values = np.asarray(_Plain(file).load(), dtype=object)
    else:
        # To the end, not by count: what is torn is said by the reshape, in words of this file.
        values = np.frombuffer(file.read(), dtype=dtype)
    if values.size != np.prod(shape, dtype=np.int64):
        raise ValueError("is no readable .npz file")
    return values.reshape(shape, order="F" if fortran else "C")


def numbers(x: NDArray[Any]) -> Float:
    """Values as a float64 matrix (rows, columns), NaN missing. More than two dimensions are laid flat.

    A column of words is coded by how rare each word is, its negative log share; words that are numbers are read as
    such. Raises ValueError for complex numbers and dates.
    """
    x = x[:, None] if x.ndim == 1 else x.reshape(len(x), -1) if x.ndim > 2 else x
    if x.dtype.kind in "fiub":
        return x.astype(np.float64)
    if x.dtype.kind not in "OUS":
        raise ValueError(f"X and y must hold numbers or words; found {x.dtype}")
    return np.column_stack([_column(x[:, j].tolist()) for j in range(x.shape[1])]) if x.shape[1] else np.empty(x.shape)


def _column(values: list[Any]) -> Float:
    strange = next((value for value in values if not isinstance(value, PLAIN)), None)
    if strange is not None:
        raise ValueError(f"X and y must hold numbers or words; found {type(strange).__name__}")
    words = [value.decode("utf-8", "replace") if isinstance(value, bytes) else value for value in values]
    absent = [
        word is None or (isinstance(word, str) and word.strip().lower() in ("", "nan", "na", "?")) for word in words
    ]
    try:
        return np.array([np.nan if gone else float(word) for word, gone in zip(words, absent, strict=True)])
    except (TypeError, ValueError):
        plain = np.array(["" if gone else str(word) for word, gone in zip(words, absent, strict=True)])
    _, place, counts = np.unique(plain, return_inverse=True, return_counts=True)
    return np.where(absent, np.nan, -np.log(counts[place] / len(plain)))
