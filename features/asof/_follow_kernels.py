"""One compiled pass that puts rows which arrived last of all into every index of a table, and what lies along too.

An index is a row of whole numbers (`PLACES` names its places): addresses and lengths of the arrays `LiveGroups` holds.
What lies along with an index (totals, previous equals, columns) is a row of another such table. Where an array has no
room the pass stops for that index and says so: Python makes room, and does the rest of it.

Rows here are known later than everything before them, so each stands last in its group and ranks need not be asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numba import carray, njit  # type: ignore[attr-defined]
from numpy.typing import NDArray

from features.asof._live_kernels import _finer, _room, find_keys
from features.recorded._memory import pointer

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

PLACES = (
    "WIDTH", "COLUMN0", "COLUMN1", "COLUMN2", "STARTS", "ENDS", "CAPACITY", "SIZE", "ROWS", "ROOM", "USED", "BASE",
    "ONE", "ONE_SIZE", "ONE_VALUES", "TWO", "TWO_SIZE", "TWO_VALUES", "SLOTS", "SLOTS_SIZE", "KEYS", "KEYS_SIZE",
    "KEYS_ROOM", "BASE_SIZE", "GROUPS", "GROUPS_ROOM", "GROUPS_FIRST", "ALONG", "ALONG_END", "DONE", "GREW", "MOVED",
)  # fmt: skip
AT = {name: k for k, name in enumerate(PLACES)}
ALONG_PLACES = ("KIND", "INDEX", "ARRAY", "BYTES", "COLUMN", "STOPPED")
ALONG_AT = {name: k for k, name in enumerate(ALONG_PLACES)}
COUNTS, TOTALS, PREVIOUS, COPY = 0, 1, 2, 3
"""Kinds of what lies along: totals in single precision while they hold every total exactly, totals, positions of the
row before with the same code, values of a column."""
LARGEST = 16_777_216.0

_WIDTH, _COLUMN0, _STARTS, _ENDS, _CAPACITY, _SIZE = (
    AT[n] for n in ("WIDTH", "COLUMN0", "STARTS", "ENDS", "CAPACITY", "SIZE")
)
_ROWS, _ROOM, _USED, _BASE, _ONE, _ONE_SIZE = (AT[n] for n in ("ROWS", "ROOM", "USED", "BASE", "ONE", "ONE_SIZE"))
_ONE_VALUES, _TWO, _TWO_SIZE, _TWO_VALUES, _SLOTS, _SLOTS_SIZE = (
    AT[n] for n in ("ONE_VALUES", "TWO", "TWO_SIZE", "TWO_VALUES", "SLOTS", "SLOTS_SIZE")
)
_KEYS, _KEYS_SIZE, _KEYS_ROOM, _BASE_SIZE, _GROUPS, _GROUPS_ROOM = (
    AT[n] for n in ("KEYS", "KEYS_SIZE", "KEYS_ROOM", "BASE_SIZE", "GROUPS", "GROUPS_ROOM")
)
_GROUPS_FIRST, _ALONG, _ALONG_END, _DONE, _GREW, _MOVED = (
    AT[n] for n in ("GROUPS_FIRST", "ALONG", "ALONG_END", "DONE", "GREW", "MOVED")
)
_KIND, _INDEX, _ARRAY, _BYTES, _COLUMN, _STOPPED = (ALONG_AT[n] for n in ALONG_PLACES)


@njit(nogil=True)
def _i4(address: int, size: int) -> Int32:
    found: Int32 = carray(pointer(address), (size,), np.int32)
    return found


@njit(nogil=True)
def _i8(address: int, size: int) -> Int64:
    found: Int64 = carray(pointer(address), (size,), np.int64)
    return found


@njit(nogil=True)
def _f8(address: int, size: int) -> NDArray[np.float64]:
    found: NDArray[np.float64] = carray(pointer(address), (size,), np.float64)
    return found


@njit(nogil=True)
def _f4(address: int, size: int) -> NDArray[np.float32]:
    found: NDArray[np.float32] = carray(pointer(address), (size,), np.float32)
    return found


@njit(nogil=True)
def _group(d: Int64, key: Int32, found: Int32) -> Any:
    """The group of a key without nulls (1, width); a key not seen before gets one. -2 where there is no room for it."""
    width = d[_WIDTH]
    if width == 1:
        g = np.int64(key[0, 0])
        size = g + 1
    else:
        one, values = _i4(d[_ONE], d[_ONE_SIZE]), _i4(d[_ONE_VALUES], 1 << 30)
        g = np.int64(_finer(key[0, 0], one, values, key[0, 1]))
        if width > 2:
            two, finer = _i4(d[_TWO], d[_TWO_SIZE]), _i4(d[_TWO_VALUES], 1 << 30)
            g = np.int64(_finer(g, two, finer, key[0, 2]))  # type: ignore[arg-type]
        if g >= 0:
            return g
        slots = _i4(d[_SLOTS], d[_SLOTS_SIZE])
        there = d[_KEYS_SIZE]
        tail = carray(pointer(d[_KEYS]), (there, width), np.int32)
        found[0] = -1
        if there > 0:
            find_keys(slots, tail, key, found, d[_BASE_SIZE])
        if found[0] >= 0:
            return np.int64(found[0])
        full = there + 1 > d[_KEYS_ROOM] or 2 * (there + 1) > d[_SLOTS_SIZE] or d[_SIZE] + 1 > d[_CAPACITY]
        if full or d[_SIZE] == 0:
            return -2
        more = carray(pointer(d[_KEYS]), (there + 1, width), np.int32)
        for k in range(width):
            more[there, k] = key[0, k]
        _put_slot(slots, more, there)
        d[_KEYS_SIZE] = there + 1
        g = np.int64(d[_BASE_SIZE] + there)
        size = g + 1
    if size > d[_SIZE]:
        if size > d[_CAPACITY] or d[_SIZE] == 0:
            return -2
        starts, ends = _i4(d[_STARTS], d[_CAPACITY]), _i4(d[_ENDS], d[_CAPACITY])
        for k in range(d[_SIZE], size):
            starts[k] = 0
            ends[k] = 0
        d[_SIZE] = size
        d[_GREW] = 1
    return g


@njit(nogil=True)
def _put_slot(slots: Int32, keys: Int32, i: int) -> None:
    """`features.asof._live_kernels.add_slots` for one key."""
    mask = np.uint64(slots.shape[0] - 1)
    h = np.uint64(0)
    for k in range(keys.shape[1]):
        h = (h ^ np.uint64(keys[i, k])) * np.uint64(0x9E3779B97F4A7C15)
        h ^= h >> np.uint64(29)
    place = h & mask
    while slots[place] >= 0:
        place = (place + np.uint64(1)) & mask
    slots[place] = i


@njit(nogil=True)
def _move(d: Int64, along: Int64, start: Any, end: Any, to: Any) -> None:
    """A group moves to the end of `rows`, and what lies along with it."""
    rows = _i4(d[_ROWS], d[_ROOM])
    for p in range(end - start):
        rows[to + p] = rows[start + p]
    for k in range(d[_ALONG], d[_ALONG_END]):
        a = along[k]
        if a[_KIND] == PREVIOUS:
            places = _i4(a[_ARRAY], d[_ROOM])
            for p in range(end - start):
                before = places[start + p]
                places[to + p] = before + (to - start) if before >= 0 else -1
        elif a[_BYTES] == 8:
            wide = _i8(a[_ARRAY], d[_ROOM])
            for p in range(end - start):
                wide[to + p] = wide[start + p]
        else:
            narrow = _i4(a[_ARRAY], d[_ROOM])
            for p in range(end - start):
                narrow[to + p] = narrow[start + p]


@njit(nogil=True)
def _insert(d: Int64, along: Int64, columns: Int64, first: int, n: int, moves: Int32, index: int, moved: int) -> int:
    """Put rows into the groups of one index; gives the moves noted so far. `DONE` says how many rows are in."""
    width = d[_WIDTH]
    key, found = np.empty((1, width), np.int32), np.empty(1, np.int32)
    starts, ends = _i4(d[_STARTS], d[_CAPACITY]), _i4(d[_ENDS], d[_CAPACITY])
    rows = _i4(d[_ROWS], d[_ROOM])
    groups = _i4(d[_GROUPS], d[_GROUPS_ROOM])
    d[_DONE] = 0
    for i in range(n):
        row = first + i
        null = False
        for k in range(width):
            key[0, k] = _i4(columns[d[_COLUMN0 + k]], row + 1)[row]
            null |= key[0, k] < 0
        place = row - d[_GROUPS_FIRST]
        if place >= d[_GROUPS_ROOM]:
            return moved
        if null:
            groups[place] = -1
            d[_DONE] = i + 1
            continue
        g = _group(d, key, found)
        if g < 0:
            return moved
        start, end = np.int64(starts[g]), np.int64(ends[g])
        size = end - start
        if size == 0 or start < d[_BASE] or size == _room(size):  # type: ignore[arg-type]
            room = _room(size + 1)  # type: ignore[arg-type]
            to = d[_USED]
            if to + room > d[_ROOM] or moved == moves.shape[0]:
                return moved
            if size > 0:
                _move(d, along, start, end, to)
                if d[_MOVED] == 1:
                    moves[moved, 0], moves[moved, 1], moves[moved, 2], moves[moved, 3] = index, start, end, to
                    moved += 1
            start, end = to, to + size
            d[_USED] = to + room
        rows[end] = row
        starts[g], ends[g] = start, end + 1
        groups[place] = g
        d[_DONE] = i + 1
    return moved


def _sources() -> str:
    """Hash of all code that is compiled into the passes: numba's cache sees changes of their own file only, and what
    they close over (see `features.recorded._machine`)."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for path in (Path(__file__), here / "_live_kernels.py", here.parent / "recorded" / "_memory.py"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _compiled(sources: str) -> tuple[Callable[..., int], Callable[..., int]]:
    """`insert_all` and `extend_all` as compiled from these sources."""

    @njit(cache=True, nogil=True)
    def insert_all(which: Int64, indexes: Int64, along: Int64, columns: Int64, first: int, n: int, moves: Int32) -> int:
        """Put rows `first` to `first + n` into the groups of the indexes named.

        `columns` are addresses of key columns (int32). `moves` (k, 4) takes index, from, until and to of groups that
        moved, of indexes that ask for it (`MOVED`); gives their number.
        """
        moved = 0
        if len(sources) == 0:
            return moved
        for w in which:
            moved = _insert(indexes[w], along, columns, first, n, moves, w, moved)
        return moved

    @njit(cache=True, nogil=True)
    def extend_all(which: Int64, indexes: Int64, along: Int64, columns: Int64, first: int, n: int) -> int:
        """What lies along with rows that are in their groups; how many stopped (totals no longer exact)."""
        stopped = 0
        if len(sources) == 0:
            return stopped
        for w in which:
            a = along[w]
            d = indexes[a[_INDEX]]
            starts, ends = _i4(d[_STARTS], d[_CAPACITY]), _i4(d[_ENDS], d[_CAPACITY])
            rows, groups = _i4(d[_ROWS], d[_ROOM]), _i4(d[_GROUPS], d[_GROUPS_ROOM])
            a[_STOPPED] = 0
            for i in range(n):
                row = first + i
                g = groups[row - d[_GROUPS_FIRST]]
                if g < 0:
                    continue
                start, p = np.int64(starts[g]), np.int64(ends[g]) - 1
                while rows[p] != row:
                    p -= 1
                if a[_KIND] == TOTALS:
                    totals = _f8(a[_ARRAY], d[_ROOM])
                    v = _f8(columns[a[_COLUMN]], row + 1)[row]
                    before = totals[p - 1] if p > start else 0.0
                    totals[p] = before + v if v == v else before
                elif a[_KIND] == COUNTS:
                    counts = _f4(a[_ARRAY], d[_ROOM])
                    v = _f8(columns[a[_COLUMN]], row + 1)[row]
                    total = np.float64(counts[p - 1]) if p > start else 0.0
                    if v == v:
                        total += v
                    if not abs(total) < LARGEST or total != np.floor(total):
                        a[_STOPPED] = 1
                        stopped += 1
                        break
                    counts[p] = total
                elif a[_KIND] == PREVIOUS:
                    places, codes = _i4(a[_ARRAY], d[_ROOM]), _i4(columns[a[_COLUMN]], row + 1)
                    code = max(codes[row], -1)
                    q = p - 1
                    while q >= start and max(codes[rows[q]], -1) != code:
                        q -= 1
                    places[p] = q if q >= start else -1
                elif a[_BYTES] == 8:
                    _i8(a[_ARRAY], d[_ROOM])[p] = _i8(columns[a[_COLUMN]], row + 1)[row]
                else:
                    _i4(a[_ARRAY], d[_ROOM])[p] = _i4(columns[a[_COLUMN]], row + 1)[row]
        return stopped

    return insert_all, extend_all


insert_all, extend_all = _compiled(_sources())
