"""Does the score find what nobody has found yet: typologies never confirmed by the origin beside the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.over_time.estimates import Estimate, share

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Unseen:
    """Recall within one budget of confirmed payments whose typologies had all never been confirmed by the origin,
    beside that of the others; `ratio` is the first over the second (None where either cannot be told)."""

    budget: str
    unseen_rows: int
    seen_rows: int
    unseen_kinds: tuple[str, ...]
    unseen_recall: Estimate
    seen_recall: Estimate
    ratio: float | None


def is_unseen(kinds: list[frozenset[str]], confirmed_kinds: frozenset[str]) -> Bool:
    """Payments whose named typologies had all never been confirmed; False where none is named. Shape (n,)."""
    return np.array([bool(named) and not (named & confirmed_kinds) for named in kinds], dtype=bool)


def measure_unseen(
    budget: str, top: Bool, confirmed: Bool, unseen: Bool, kinds: list[frozenset[str]], cluster: Int64
) -> Unseen | None:
    """Recall of both sorts of confirmed payments within a budget's `top`; shape (n,) each.

    None where no confirmed payment names a typology.
    """
    named = np.array([bool(k) for k in kinds], dtype=bool) & confirmed
    if not named.any():
        return None
    new, old = named & unseen, named & ~unseen
    unseen_recall, seen_recall = share(top[new], cluster[new]), share(top[old], cluster[old])
    ratio = None
    if unseen_recall.value is not None and seen_recall.value:
        ratio = unseen_recall.value / seen_recall.value
    codes = sorted({code for k in np.nonzero(new)[0].tolist() for code in kinds[k]})
    return Unseen(budget, int(new.sum()), int(old.sum()), tuple(codes), unseen_recall, seen_recall, ratio)
