"""Splits over time that a deployment could have made: learn from what was decided, judge what came after.

A finding is known when it was decided, months after the payment. So a split at moment T learns from findings with
`decided_at` <= T on payments submitted before T, and is judged on payments submitted from T on, whose findings may come
late. Nothing here looks at what the rows are: any table with a time and a label delay can be split.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
MICROSECONDS_A_DAY = 86_400_000_000
UNDECIDED = np.iinfo(np.int64).max
"""`decided_at` of a row nobody has decided on."""


@dataclass(frozen=True, slots=True)
class Split:
    """One origin: `as_of` is T in microseconds UTC; the rest are ascending positions in the rows that were split.

    `past` holds rows submitted before T, `learn` those of them decided by T; `ahead` rows submitted from T up to
    `until` (not included), `judge` those of them decided by the end of all folds.
    """

    as_of: int
    until: int
    past: Int64
    learn: Int64
    ahead: Int64
    judge: Int64


def rolling_origin(
    submitted_at: Int64, decided_at: Int64, *, as_of: int, folds: int = 3, days: float = 90.0, at_least: int = 1
) -> Iterator[Split]:
    """The last `folds` origins before `as_of`, `days` apart, earliest first.

    `submitted_at` and `decided_at` (n,) are microseconds UTC; `UNDECIDED` where nobody decided. Nothing submitted from
    `as_of` on and nothing decided after it is used on either side. Origins with fewer than `at_least` rows to learn
    from or to judge are left out. Raises ValueError for unequal shapes, or folds or days below one.
    """
    if submitted_at.shape != decided_at.shape or submitted_at.ndim != 1:
        shapes = f"{submitted_at.shape} and {decided_at.shape}"
        raise ValueError(f"submitted_at and decided_at: found shapes {shapes}, expected one list each, equally long")
    if folds < 1 or days < 1:
        raise ValueError(f"found {folds} folds of {days:g} days, expected at least 1 of each")
    step = int(days * MICROSECONDS_A_DAY)
    for fold in range(folds, 0, -1):
        origin, until = as_of - fold * step, as_of - (fold - 1) * step
        past = np.nonzero(submitted_at < origin)[0]
        ahead = np.nonzero((submitted_at >= origin) & (submitted_at < until))[0]
        learn, judge = past[decided_at[past] <= origin], ahead[decided_at[ahead] <= as_of]
        if len(learn) >= at_least and len(judge) >= at_least:
            yield Split(origin, until, past, learn, ahead, judge)
