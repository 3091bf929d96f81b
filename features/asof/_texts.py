"""Numbering texts as they come, compiled: each row is read in the order it is stored and hashed at most once.

Two things that hold for most tables save the hashing. Lists of payments name the same people in much the same order
month after month: so the text that followed the last one when it came before is tried first. Keys are often handed
over ascending: a text above all others is new. Where neither holds a hash table is filled, and it is all the same.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Hashes = NDArray[np.uint64]
Bool = NDArray[np.bool_]

_EMPTY = -1
_NOTHING = np.zeros(1, np.uint8)
_THERE = np.zeros(1, np.bool_)
_ONE = np.zeros(1, np.int32)


class Numbering:
    """Distinct texts in order of first appearance over everything given to `add`."""

    def __init__(self) -> None:
        self.size = 0
        self._hashed = 0
        self._ends: Int64 = np.zeros(1025, np.int64)
        self._letters: Bytes = np.zeros(1 << 14, np.uint8)
        self._hashes: Hashes = np.zeros(1024, np.uint64)
        self._next: Int32 = np.full(1024, _EMPTY, np.int32)
        self._slots: Int32 = np.full(4096, _EMPTY, np.int32)

    def add(self, column: pa.ChunkedArray) -> Int32:
        """Number of each row's text, -1 where null; shape (rows,)."""
        parts = [self._add(chunk) for chunk in column.chunks if len(chunk)]
        return np.concatenate(parts) if parts else np.empty(0, np.int32)

    def values(self) -> pa.Array:
        """The texts, by number."""
        ends = self._ends[: self.size + 1]
        letters = pa.py_buffer(self._letters[: int(ends[-1])].copy())
        if ends[-1] > np.iinfo(np.int32).max:
            return pa.LargeStringArray.from_buffers(self.size, pa.py_buffer(ends.copy()), letters)
        return pa.StringArray.from_buffers(self.size, pa.py_buffer(ends.astype(np.int32)), letters)

    def find(self, column: pa.ChunkedArray) -> Int32:
        """Number of each row's text, -1 where it is null or was never added; shape (rows,)."""
        self._room_for(0, 0)
        self._hashed = _hash_all(self._ends, self._letters, self._hashes, self._slots, self.size, self._hashed)
        parts = []
        for chunk in column.chunks:
            starts, letters, null = _read(chunk.cast(pa.string()))
            parts.append(_find(starts, letters, null, self._ends, self._letters, self._hashes, self._slots))
        return np.concatenate(parts) if parts else np.empty(0, np.int32)

    def one(self, text: bytes) -> int:
        """Number of one text, added if it is not there."""
        letters = np.frombuffer(text, dtype=np.uint8) if text else _NOTHING
        self._room_for(1, len(text))
        kept = (self._ends, self._letters, self._hashes, self._next, self._slots)
        starts = np.array((0, len(text)), dtype=np.int64)
        self.size, self._hashed = _number(starts, letters, _THERE, *kept, self.size, self._hashed, _ONE)
        return int(_ONE[0])

    def texts(self, first: int) -> list[str]:
        """The texts from a number on."""
        ends = self._ends[first : self.size + 1].tolist()
        return [self._letters[a:b].tobytes().decode() for a, b in pairwise(ends)]

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return sum(a.nbytes for a in (self._ends, self._letters, self._hashes, self._next, self._slots))

    def _add(self, chunk: pa.Array) -> Int32:
        if pa.types.is_dictionary(chunk.type):
            if len(chunk.dictionary) == 0:
                return np.full(len(chunk), _EMPTY, np.int32)
            numbers = self._add(chunk.dictionary)
            indices = np.asarray(chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int32)
            return np.where(indices >= 0, numbers[np.maximum(indices, 0)], np.int32(_EMPTY)).astype(np.int32)
        starts, letters, null = _read(chunk)
        self._room_for(len(null), int(starts[-1] - starts[0]))
        numbers = np.empty(len(null), np.int32)
        kept = (self._ends, self._letters, self._hashes, self._next, self._slots)
        self.size, self._hashed = _number(starts, letters, null, *kept, self.size, self._hashed, numbers)
        return numbers

    def _room_for(self, rows: int, letters: int) -> None:
        """Room for as many new texts as there are rows."""
        used = int(self._ends[self.size])
        if used + letters > len(self._letters):
            self._letters = _grown(self._letters, used + letters, 0)
        if self.size + rows > len(self._hashes):
            self._hashes = _grown(self._hashes, self.size + rows, 0)
            self._next = _grown(self._next, len(self._hashes), _EMPTY)
            self._ends = _grown(self._ends, len(self._hashes) + 1, 0)
        if 2 * (self.size + rows) > len(self._slots):
            slots = 1 << int(2 * (self.size + rows) - 1).bit_length()
            self._slots = np.full(slots, _EMPTY, np.int32)
            _rehash(self._slots, self._hashes, self._hashed)


def _read(chunk: pa.Array) -> tuple[Int64, Bytes, Bool]:
    """Where each text starts, the letters of all, and which are null."""
    texts = chunk.cast(pa.large_string())
    _, offsets, data = texts.buffers()
    starts = np.frombuffer(offsets, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    letters = np.frombuffer(data, dtype=np.uint8) if data is not None and data.size else np.zeros(1, np.uint8)
    return starts, letters, np.asarray(chunk.is_null().to_numpy(zero_copy_only=False), dtype=np.bool_)


def _grown(values: NDArray[Any], least: int, fill: int) -> NDArray[Any]:
    out = np.full(max(least, len(values) * 3 // 2), fill, dtype=values.dtype)
    out[: len(values)] = values
    return out


@njit(cache=True, nogil=True)
def _rehash(slots: Int32, hashes: Hashes, size: int) -> None:
    mask = np.uint64(slots.shape[0] - 1)
    for k in range(size):
        place = hashes[k] & mask
        while slots[place] >= 0:
            place = (place + np.uint64(1)) & mask
        slots[place] = k


@njit(cache=True, nogil=True)
def _same(ends: Int64, kept: Bytes, k: int, letters: Bytes, start: int, length: int) -> bool:
    first = ends[k]
    if ends[k + 1] - first != length:
        return False
    for j in range(length):  # noqa: SIM110 - numba compiles the loop, not a generator
        if kept[first + j] != letters[start + j]:
            return False
    return True


@njit(cache=True, nogil=True)
def _above(ends: Int64, kept: Bytes, k: int, letters: Bytes, start: int, length: int) -> bool:
    """Whether a text sorts after text k, byte by byte."""
    first, own = ends[k], ends[k + 1] - ends[k]
    for j in range(min(own, length)):
        if kept[first + j] != letters[start + j]:
            return bool(letters[start + j] > kept[first + j])
    return bool(length > own)


@njit(cache=True, nogil=True)
def _hash(letters: Bytes, start: int, length: int) -> np.uint64:
    h = np.uint64(14695981039346656037)
    for j in range(length):
        h = (h ^ np.uint64(letters[start + j])) * np.uint64(1099511628211)
    return h ^ (h >> np.uint64(32))


@njit(cache=True, nogil=True)
def _hash_all(ends: Int64, kept: Bytes, hashes: Hashes, slots: Int32, size: int, hashed: int) -> int:
    """Hash the texts that are not hashed yet; all are afterwards."""
    mask = np.uint64(slots.shape[0] - 1)
    while hashed < size:
        h = _hash(kept, ends[hashed], ends[hashed + 1] - ends[hashed])
        hashes[hashed] = h
        place = h & mask
        while slots[place] >= 0:
            place = (place + np.uint64(1)) & mask
        slots[place] = hashed
        hashed += 1
    return hashed


@njit(cache=True, nogil=True)
def _find(starts: Int64, letters: Bytes, null: Bool, ends: Int64, kept: Bytes, hashes: Hashes, slots: Int32) -> Int32:
    mask = np.uint64(slots.shape[0] - 1)
    out = np.full(null.shape[0], -1, np.int32)
    for i in range(null.shape[0]):
        if null[i]:
            continue
        start, length = starts[i], starts[i + 1] - starts[i]
        h = _hash(letters, start, length)
        place = h & mask
        while slots[place] >= 0:
            k = slots[place]
            if hashes[k] == h and _same(ends, kept, k, letters, start, length):
                out[i] = k
                break
            place = (place + np.uint64(1)) & mask
    return out


@njit(cache=True, nogil=True)
def _number(
    starts: Int64,
    letters: Bytes,
    null: Bool,
    ends: Int64,
    kept: Bytes,
    hashes: Hashes,
    follower: Int32,
    slots: Int32,
    size: int,
    hashed: int,
    numbers: Int32,
) -> tuple[int, int]:
    """Number the texts of one chunk; gives how many texts are known afterwards and how many of them are hashed.

    While no text was hashed all of them ascend.
    """
    mask = np.uint64(slots.shape[0] - 1)
    last = -1
    for i in range(numbers.shape[0]):
        if null[i]:
            numbers[i] = -1
            continue
        start, length = starts[i], starts[i + 1] - starts[i]
        guess = int(follower[last]) if last >= 0 else 0
        if 0 <= guess < size and _same(ends, kept, guess, letters, start, length):
            numbers[i] = guess
            last = guess
            continue
        found = -1
        if hashed > 0 or (size > 0 and not _above(ends, kept, size - 1, letters, start, length)):
            while hashed < size:
                h = _hash(kept, ends[hashed], ends[hashed + 1] - ends[hashed])
                hashes[hashed] = h
                place = h & mask
                while slots[place] >= 0:
                    place = (place + np.uint64(1)) & mask
                slots[place] = hashed
                hashed += 1
            h = _hash(letters, start, length)
            place = h & mask
            while slots[place] >= 0:
                k = slots[place]
                if hashes[k] == h and _same(ends, kept, k, letters, start, length):
                    found = k
                    break
                place = (place + np.uint64(1)) & mask
            if found < 0:
                hashes[size] = h
                slots[place] = size
                hashed += 1
        if found < 0:
            found = size
            for j in range(length):
                kept[ends[size] + j] = letters[start + j]
            ends[size + 1] = ends[size] + length
            size += 1
        if last >= 0:
            follower[last] = found
        numbers[i] = found
        last = found
    return size, hashed
