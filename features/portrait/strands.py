"""Ties of one kind, counted, summed and dated: many rows become one tie of two things."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]

Key = tuple[str, int]
"""A thing: its kind and its code in the identifier space of that kind."""

SPACES: Final = {
    "household": "household",
    "person": "person",
    "card": "card",
    "collector": "card",
    "phone": "phone",
    "device": "event_value",
    "outlet": "outlet",
    "official": "official",
    "village": "division",
}
"""Kinds of things with the identifier space their codes live in. A collector is a card money was swept to."""


@dataclass(slots=True)
class Strand:
    """A tie of two things. `first`, `last` in local days, NaN where it has no date; `count` rows behind it; `fen` their
    money, None where it is none. `matters`: it lies on the path that was asked for."""

    one: Key
    other: Key
    kind: str
    first: float
    last: float
    count: int
    fen: int | None
    matters: bool = False


def bundled(
    kind: str,
    one: tuple[str, Int64],
    other: tuple[str, Int64],
    *,
    day: Float | None = None,
    fen: Float | None = None,
) -> list[Strand]:
    """One strand for each different pair of codes, in order of codes; pairs with a null are left out.

    `one`, `other`: kind and codes (n,); `day`: local days (n,); `fen`: money (n,), NaN counts as nothing.
    """
    there = (one[1] >= 0) & (other[1] >= 0)
    if one[0] == other[0]:
        there &= one[1] != other[1]
    left, right = one[1][there], other[1][there]
    if not len(left):
        return []
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    new = np.ones(len(left), dtype=bool)
    new[1:] = (left[1:] != left[:-1]) | (right[1:] != right[:-1])
    starts = np.flatnonzero(new)
    counts = np.diff(np.append(starts, len(left)))
    first = last = np.full(len(starts), np.nan)
    if day is not None:
        days = day[there][order]
        first, last = np.fmin.reduceat(days, starts), np.fmax.reduceat(days, starts)
    sums: list[int | None] = [None] * len(starts)
    if fen is not None:
        sums = [round(one) for one in np.add.reduceat(np.nan_to_num(fen[there][order]), starts).tolist()]
    return [
        Strand((one[0], a), (other[0], b), kind, begun, ended, count, money)
        for a, b, begun, ended, count, money in zip(
            left[starts].tolist(), right[starts].tolist(), first.tolist(), last.tolist(), counts.tolist(), sums,
            strict=True,
        )
    ]  # fmt: skip


def merged(strands: Iterable[Strand]) -> list[Strand]:
    """Strands of the same kind and pair as one, whichever end stands first: the earliest and latest date, the largest
    count and sum (two ways to the same rows count them once)."""
    found: dict[tuple[str, Key, Key], Strand] = {}
    for strand in strands:
        one, other = strand.one, strand.other
        there = found.setdefault((strand.kind, one, other) if one <= other else (strand.kind, other, one), strand)
        if there is not strand:
            there.first = _least(there.first, strand.first)
            there.last = -_least(-there.last, -strand.last)
            there.count = max(there.count, strand.count)
            if strand.fen is not None:
                there.fen = max(there.fen or 0, strand.fen)
    return list(found.values())


def _least(one: float, other: float) -> float:
    """The smaller of two numbers, the other where one is NaN."""
    if one != one:
        return other
    return one if other != other else min(one, other)
