"""Splits over time that a deployment could have made: learn from what was decided, judge what came after.

A finding is known when it was decided, months after the payment. So a split at moment T learns from findings with
`decided_at` <= T, whatever their payment, and is judged on payments submitted after T, whose findings may come late.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
MICROSECONDS_A_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Split:
    """One origin: `learn` and `judge` are positions in the labelled rows, `as_of` is T in microseconds UTC.

    `until` is the moment up to which judged rows were submitted (not included).
    """

    as_of: int
    until: int
    learn: Int64
    judge: Int64


def rolling_origin(
    submitted_at: Int64, decided_at: Int64, *, as_of: int, folds: int = 3, days: float = 90.0, at_least: int = 1
) -> Iterator[Split]:
    """The last `folds` origins before `as_of`, `days` apart, earliest first.

    `submitted_at` and `decided_at` (n,) are microseconds UTC of the labelled payments. Nothing decided after `as_of`
    is used on either side. Origins with fewer than `at_least` rows to learn from or to judge are left out. Raises
    ValueError for unequal shapes, or folds or days below one.
    """
    if submitted_at.shape != decided_at.shape or submitted_at.ndim != 1:
        shapes = f"{submitted_at.shape} and {decided_at.shape}"
        raise ValueError(f"submitted_at and decided_at: found shapes {shapes}, expected one list each, equally long")
    if folds < 1 or days < 1:
        raise ValueError(f"found {folds} folds of {days:g} days, expected at least 1 of each")
    step = int(days * MICROSECONDS_A_DAY)
    known = decided_at <= as_of
    for fold in range(folds, 0, -1):
        origin, until = as_of - fold * step, as_of - (fold - 1) * step
        learn = np.nonzero(known & (decided_at <= origin) & (submitted_at <= origin))[0]
        judge = np.nonzero(known & (submitted_at > origin) & (submitted_at <= until))[0]
        if len(learn) >= at_least and len(judge) >= at_least:
            yield Split(origin, until, learn, judge)
