"""Compiled passes that let a group index take rows. Positions are places in `rows`; groups may lie apart in it.

`rank` orders rows among those of one moment: a row's number in a ledger that had been made from all rows at once. An
empty `rank` says that every row's rank is its number.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
UNKNOWN = -2
LEAST = 4
"""Places a group gets when it moves to the end of `rows`; then twice as many each time they are full."""


@njit(cache=True, nogil=True)
def _room(size: int) -> int:
    """Places a group of this size has where it was moved to."""
    room = LEAST
    while room < size:
        room *= 2
    return room


@njit(cache=True, nogil=True)
def _rank(rank: Int32, row: int) -> int:
    return rank[row] if rank.shape[0] > 0 else row


@njit(cache=True, nogil=True)
def insert(
    groups: Int32,
    first: int,
    done: int,
    starts: Int32,
    ends: Int32,
    rows: Int32,
    base: int,
    used: int,
    rank: Int32,
    moves: Int32,
) -> tuple[int, int, int, bool]:
    """Put rows `first + done`, ... into their groups, as long as `rows` has room.

    Groups below position `base` have no spare places. `moves` (k, 3) takes what was moved: from, until, to. Gives how
    many rows are in, the places used, the number of moves, and whether a row had to go before another.
    """
    moved = 0
    disordered = False
    for i in range(done, groups.shape[0]):
        g = groups[i]
        if g < 0:
            continue
        start, end = starts[g], ends[g]
        size = end - start
        if size == 0 or start < base or size == _room(size):
            room = _room(size + 1)
            if used + room > rows.shape[0] or moved == moves.shape[0]:
                return i, used, moved, disordered
            if size > 0:
                rows[used : used + size] = rows[start:end]
                moves[moved, 0], moves[moved, 1], moves[moved, 2] = start, end, used
                moved += 1
            start, end = used, used + size
            used += room
        row = first + i
        p = end
        own = _rank(rank, row)
        while p > start and _rank(rank, rows[p - 1]) > own:
            rows[p] = rows[p - 1]
            p -= 1
            disordered = True
        rows[p] = row
        starts[g], ends[g] = start, end + 1
    return groups.shape[0], used, moved, disordered


@njit(cache=True, nogil=True)
def place_of(row: int, start: int, end: int, rows: Int32, rank: Int32) -> int:
    """Position of a row in its group."""
    own = _rank(rank, row)
    lo, hi = start, end
    while lo < hi:
        mid = (lo + hi) >> 1
        if _rank(rank, rows[mid]) < own:
            lo = mid + 1
        else:
            hi = mid
    return lo


@njit(cache=True, nogil=True)
def groups_of(starts: Int32, ends: Int32, rows: Int32, out: Int32) -> None:
    """The group of each row that is in one, by row number."""
    for g in range(starts.shape[0]):
        for p in range(starts[g], ends[g]):
            out[rows[p]] = g


@njit(cache=True, nogil=True)
def take_out(row: int, group: int, starts: Int32, ends: Int32, rows: Int32, rank: Int32) -> None:
    """Take a row out of its group."""
    for p in range(place_of(row, starts[group], ends[group], rows, rank), ends[group] - 1):
        rows[p] = rows[p + 1]
    ends[group] -= 1


@njit(cache=True, nogil=True)
def extend_totals(
    groups: Int32, first: int, starts: Int32, ends: Int32, rows: Int32, rank: Int32, values: Float64, totals: Float64
) -> None:
    """Running totals at the positions of rows `first`, ... and of those that were pushed back by them."""
    for i in range(groups.shape[0]):
        g = groups[i]
        if g < 0:
            continue
        row = first + i
        p = place_of(row, starts[g], ends[g], rows, rank)
        while p < ends[g] and rows[p] <= row:
            v = values[rows[p]]
            before = totals[p - 1] if p > starts[g] else 0.0
            totals[p] = before + v if v == v else before
            p += 1


@njit(cache=True, nogil=True)
def counts_only(groups: Int32, first: int, starts: Int32, ends: Int32, rows: Int32, rank: Int32, values: Float64,
                totals: NDArray[np.float32]) -> bool:  # fmt: skip
    """The same into totals of single precision, as long as they hold every total exactly; false where one does not."""
    for i in range(groups.shape[0]):
        g = groups[i]
        if g < 0:
            continue
        row = first + i
        p = place_of(row, starts[g], ends[g], rows, rank)
        while p < ends[g] and rows[p] <= row:
            v = values[rows[p]]
            total = np.float64(totals[p - 1]) if p > starts[g] else 0.0
            if v == v:
                total += v
            if not abs(total) < 16_777_216.0 or total != np.floor(total):
                return False
            totals[p] = total
            p += 1
    return True


@njit(cache=True, nogil=True)
def extend_previous(
    groups: Int32, first: int, starts: Int32, ends: Int32, rows: Int32, rank: Int32, values: Int32, previous: Int32
) -> None:
    """Positions of previous equals for rows `first`, ... and for those that were pushed back by them."""
    for i in range(groups.shape[0]):
        g = groups[i]
        if g < 0:
            continue
        row = first + i
        p = place_of(row, starts[g], ends[g], rows, rank)
        while p < ends[g] and rows[p] <= row:
            v = max(values[rows[p]], -1)
            q = p - 1
            while q >= starts[g] and max(values[rows[q]], -1) != v:
                q -= 1
            previous[p] = q if q >= starts[g] else -1
            p += 1


@njit(cache=True, nogil=True)
def extend_along(
    groups: Int32, first: int, starts: Int32, ends: Int32, rows: Int32, rank: Int32, values: Float64, along: Float64
) -> None:
    """Values at the positions of rows `first`, ... and of those that were pushed back by them."""
    for i in range(groups.shape[0]):
        g = groups[i]
        if g < 0:
            continue
        row = first + i
        p = place_of(row, starts[g], ends[g], rows, rank)
        while p < ends[g] and rows[p] <= row:
            along[p] = values[rows[p]]
            p += 1


@njit(cache=True, nogil=True)
def total_from(
    groups: Int32, places: Int64, starts: Int32, ends: Int32, rows: Int32, values: Float64, totals: Float64
) -> None:
    """Running totals from positions on to the ends of their groups."""
    for i in range(groups.shape[0]):
        for p in range(places[i], ends[groups[i]]):
            v = values[rows[p]]
            before = totals[p - 1] if p > starts[groups[i]] else 0.0
            totals[p] = before + v if v == v else before


@njit(cache=True, nogil=True)
def count_from(groups: Int32, places: Int64, starts: Int32, ends: Int32, rows: Int32, values: Float64,
               totals: NDArray[np.float32]) -> bool:  # fmt: skip
    """The same in single precision, as long as it holds every total exactly; false where it does not."""
    for i in range(groups.shape[0]):
        for p in range(places[i], ends[groups[i]]):
            v = values[rows[p]]
            total = np.float64(totals[p - 1]) if p > starts[groups[i]] else 0.0
            if v == v:
                total += v
            if not abs(total) < 16_777_216.0 or total != np.floor(total):
                return False
            totals[p] = total
    return True


@njit(cache=True, nogil=True)
def places_of(chosen: Int64, groups: Int32, starts: Int32, ends: Int32, rows: Int32, rank: Int32) -> Int64:
    """Positions of rows, -1 for those in no group."""
    out = np.full(chosen.shape[0], -1, np.int64)
    for i in range(chosen.shape[0]):
        if groups[i] >= 0:
            out[i] = place_of(chosen[i], starts[groups[i]], ends[groups[i]], rows, rank)
    return out


@njit(cache=True, nogil=True)
def pack(starts: Int32, ends: Int32, rows: Int32) -> tuple[Int32, Int32]:
    """Offsets and rows without gaps, groups in order of their number."""
    offsets = np.zeros(starts.shape[0] + 1, np.int32)
    for g in range(starts.shape[0]):
        offsets[g + 1] = offsets[g] + ends[g] - starts[g]
    out = np.empty(offsets[-1], np.int32)
    for g in range(starts.shape[0]):
        out[offsets[g] : offsets[g + 1]] = rows[starts[g] : ends[g]]
    return offsets, out


@njit(cache=True, nogil=True)
def _mix(keys: Int32, i: int) -> np.uint64:
    h = np.uint64(0)
    for k in range(keys.shape[1]):
        h = (h ^ np.uint64(keys[i, k])) * np.uint64(0x9E3779B97F4A7C15)
        h ^= h >> np.uint64(29)
    return h


@njit(cache=True, nogil=True)
def add_slots(slots: Int32, keys: Int32, first: int) -> None:
    """Put the keys from number `first` on into a hash table that has room."""
    mask = np.uint64(slots.shape[0] - 1)
    for i in range(first, keys.shape[0]):
        place = _mix(keys, i) & mask
        while slots[place] >= 0:
            place = (place + np.uint64(1)) & mask
        slots[place] = i


@njit(cache=True, nogil=True)
def fill_slots(slots: Int32, keys: Int32) -> None:
    """A hash table over rows of keys; `slots` is empty, a power of two and at least twice as long."""
    add_slots(slots, keys, 0)


@njit(cache=True, nogil=True)
def find_keys(slots: Int32, keys: Int32, asked: Int32, found: Int32, base: int) -> None:
    """For each row of keys asked for and not found yet (-1) its number plus `base`, in place."""
    mask = np.uint64(slots.shape[0] - 1)
    for i in range(asked.shape[0]):
        if found[i] >= 0:
            continue
        null = False
        for k in range(asked.shape[1]):
            null |= asked[i, k] < 0
        if null:
            continue
        place = _mix(asked, i) & mask
        while slots[place] >= 0:
            other = slots[place]
            same = True
            for k in range(keys.shape[1]):
                if keys[other, k] != asked[i, k]:
                    same = False
                    break
            if same:
                found[i] = base + other
                break
            place = (place + np.uint64(1)) & mask


@njit(cache=True, nogil=True)
def _finer(group: int, starts: Int32, values: Int32, code: int) -> int:
    """One step of looking up, -1 where there is nothing."""
    if group < 0 or group >= starts.shape[0] - 1:
        return -1
    lo, end = starts[group], starts[group + 1]
    hi = end
    while lo < hi:
        mid = (lo + hi) >> 1
        if values[mid] < code:
            lo = mid + 1
        else:
            hi = mid
    return lo if lo < end and values[lo] == code else -1


@njit(cache=True, nogil=True)
def find_groups(
    keys: Int32, one: Int32, one_values: Int32, two: Int32, two_values: Int32, slots: Int32, tail: Int32, base: int
) -> Int32:
    """Groups of keys (columns, n) of two or three columns: -1 for a null, UNKNOWN for a key not seen before."""
    width, n = keys.shape
    out = np.full(n, -1, np.int32)
    asked = np.empty((1, width), np.int32)
    found = np.empty(1, np.int32)
    for i in range(n):
        null = False
        for k in range(width):
            asked[0, k] = keys[k, i]
            null |= keys[k, i] < 0
        if null:
            continue
        group = _finer(keys[0, i], one, one_values, keys[1, i])
        if width > 2:
            group = _finer(group, two, two_values, keys[2, i])
        found[0] = group
        if group < 0 and tail.shape[0] > 0:
            find_keys(slots, tail, asked, found, base)
        out[i] = found[0] if found[0] >= 0 else UNKNOWN
    return out
