"""Columns of boxes with lines between neighbouring columns: in which order, and how high, so that lines cross little
and run straight. Medians swept over the columns, neighbours exchanged where that helps, then heights by least squares
in the order found. The same input gives the same drawing; `drawing.js` places boxes the same way."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

Edge = tuple[str, str, float]
"""Key of a box, key of a box one column to the right, and how much the line weighs."""

SWEEPS: Final = 12
PASSES: Final = 16
HOME: Final = 0.3
"""How much a box is held where a column without gaps, in the middle, would have it: keeps the drawing low."""


def ordered(columns: Sequence[Sequence[str]], edges: Sequence[Edge]) -> list[list[str]]:
    """The columns in the order with the fewest crossings found, beginning from the order given."""
    now = [list(one) for one in columns]
    left, right = _beside(edges)
    best, fewest = [list(one) for one in now], crossings(now, edges)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        forward = sweep % 2 == 0
        for n in range(1, len(now)) if forward else range(len(now) - 2, -1, -1):
            fixed = {key: place for place, key in enumerate(now[n - 1 if forward else n + 1])}
            _by_median(now[n], left if forward else right, fixed)
        _exchange(now, left, right)
        found = crossings(now, edges)
        if found < fewest:
            best, fewest = [list(one) for one in now], found
    return best


def crossings(columns: Sequence[Sequence[str]], edges: Sequence[Edge]) -> int:
    """How many pairs of lines cross.

    >>> crossings([["a", "b"], ["c", "d"]], [("a", "d", 1), ("b", "c", 1)])
    1
    """
    place = {key: (n, m) for n, one in enumerate(columns) for m, key in enumerate(one)}
    by_column: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for one, other, _ in edges:
        by_column[place[one][0]].append((place[one][1], place[other][1]))
    total = 0
    for pairs in by_column.values():
        seen: list[int] = []
        for _, end in sorted(pairs):
            total += len(seen) - bisect_right(seen, end)
            insort(seen, end)
    return total


def placed(
    columns: Sequence[Sequence[str]], edges: Sequence[Edge], heights: Mapping[str, float], gap: float
) -> dict[str, float]:
    """The middle of each box, the highest box beginning at 0: near the middle of what it is tied to, `gap` apart."""
    left, right = _beside(edges)
    weight = {(a, b): w for a, b, w in edges} | {(b, a): w for a, b, w in edges}
    where: dict[str, float] = {}
    for column in columns:
        top = 0.0
        for key in column:
            where[key] = top + heights[key] / 2
            top += heights[key] + gap
    tallest = max((where[one[-1]] for one in columns if one), default=0.0)
    for column in columns:
        if column:
            shift = (tallest - where[column[-1]]) / 2
            for key in column:
                where[key] += shift
    home = dict(where)
    for turn in range(PASSES):
        for column in columns if turn % 2 == 0 else reversed(columns):
            wanted, weights = [], []
            for key in column:
                pulls = [(weight[key, one], where[one]) for one in (*left[key], *right[key])]
                total = HOME + sum(w for w, _ in pulls)
                wanted.append((HOME * home[key] + sum(w * y for w, y in pulls)) / total)
                weights.append(total)
            apart = [(heights[a] + heights[b]) / 2 + gap for a, b in pairwise(column)]
            for key, y in zip(column, spaced(wanted, weights, apart), strict=True):
                where[key] = y
    top = min((where[key] - heights[key] / 2 for key in where), default=0.0)
    return {key: y - top for key, y in where.items()}


def spaced(wanted: Sequence[float], weights: Sequence[float], apart: Sequence[float]) -> list[float]:
    """Places in the order given, at least `apart` from one to the next, with the least weighted squares from `wanted`:
    what stands too close is pooled and moves together.

    >>> spaced([0.0, 0.0, 10.0], [1.0, 1.0, 1.0], [2.0, 2.0])
    [-1.0, 1.0, 10.0]
    """
    offsets = [0.0]
    for one in apart:
        offsets.append(offsets[-1] + one)
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for y, w, offset in zip(wanted, weights, offsets, strict=True):
        mean, total, count = y - offset, w, 1
        while pools and pools[-1][0] > mean:
            before, heavy, many = pools.pop()
            mean, total, count = (before * heavy + mean * total) / (heavy + total), heavy + total, many + count
        pools.append((mean, total, count))
    flat = [mean for mean, _, count in pools for _ in range(count)]
    return [y + offset for y, offset in zip(flat, offsets, strict=True)]


def _beside(edges: Sequence[Edge]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    left: dict[str, list[str]] = defaultdict(list)
    right: dict[str, list[str]] = defaultdict(list)
    for one, other, _ in edges:
        left[other].append(one)
        right[one].append(other)
    return left, right


def _by_median(column: list[str], beside: Mapping[str, list[str]], fixed: Mapping[str, int]) -> None:
    """Sort a column by the middle of what each is tied to; what is tied to nothing keeps its place."""
    free: list[tuple[int, str]] = []
    moving: list[tuple[float, float, int, str]] = []
    for place, key in enumerate(column):
        at = sorted(fixed[one] for one in beside.get(key, ()) if one in fixed)
        if not at:
            free.append((place, key))
            continue
        half = len(at) // 2
        middle = float(at[half]) if len(at) % 2 else (at[half - 1] + at[half]) / 2
        moving.append((middle, sum(at) / len(at), place, key))
    keys = [key for *_, key in sorted(moving)]
    for place, key in free:
        keys.insert(place, key)
    column[:] = keys


def _exchange(columns: list[list[str]], left: Mapping[str, list[str]], right: Mapping[str, list[str]]) -> None:
    """Exchange neighbours of a column as long as that lessens crossings."""
    for n, column in enumerate(columns):
        sides: list[dict[str, list[int]]] = []
        for beside, next_to in ((left, n - 1), (right, n + 1)):
            if 0 <= next_to < len(columns):
                place = {key: at for at, key in enumerate(columns[next_to])}
                sides.append({key: sorted(place[one] for one in beside.get(key, ()) if one in place) for key in column})
        # Neighbours stay the same while a column is gone through again, and what they cross too.
        gains: dict[tuple[str, str], int] = {}
        for _ in range(3):
            better = False
            for here in range(len(column) - 1):
                one, other = column[here], column[here + 1]
                gain = gains.get((one, other))
                if gain is None:
                    gain = sum([_gained(side[one], side[other]) for side in sides])
                    gains[one, other], gains[other, one] = gain, -gain
                if gain > 0:
                    column[here], column[here + 1] = other, one
                    better = True
            if not better:
                break


def _gained(above: list[int], below: list[int]) -> int:
    """How many crossings fewer lines from two boxes have, one above the other, once they are exchanged; ends sorted."""
    if not above or not below or above[-1] <= below[0]:
        # Nothing crosses as they stand: exchanged, all that do not share an end would.
        shared = 0 if not above or not below or above[-1] < below[0] else above.count(below[0]) * below.count(below[0])
        return shared - len(above) * len(below)
    return sum([len(above) - bisect_right(above, end) - bisect_left(above, end) for end in below])
