"""Average precision, and how far it would move had other rings been there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]


def average_precision(score: NDArray[np.floating[Any]], positive: Bool, weight: Float | None = None) -> float:
    """Average precision with ties counted together, as scikit-learn defines it; 0 without a positive row.

    Arrays of shape (n,); `weight` says how often each row counts (once by default).
    """
    return Ranking.of(score, positive).average_precision(weight) if len(score) else 0.0


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows from the highest score to the lowest, kept so that many weightings cost one pass each.

    `order` (n,) positions, `hit` (n,) 0/1 in that order, `last` the ends of runs of equal scores.
    """

    order: Int64
    hit: Float
    last: Int64

    @classmethod
    def of(cls, score: NDArray[np.floating[Any]], positive: Bool) -> Ranking:
        """Rank rows by a score (n,); `positive` (n,) marks those to be found."""
        order = np.argsort(-score, kind="stable")
        value = score[order]
        last = np.append(np.nonzero(value[1:] != value[:-1])[0], len(value) - 1)
        return cls(order, positive[order].astype(np.float64), last)

    def average_precision(self, weight: Float | None = None) -> float:
        """Average precision under a weighting (n,) of the rows as they were handed in; 0 without a positive row."""
        if weight is None:
            found, every = np.cumsum(self.hit)[self.last], self.last + 1.0
        else:
            ordered = weight[self.order]
            found, every = np.cumsum(ordered * self.hit)[self.last], np.cumsum(ordered)[self.last]
        if found[-1] <= 0:
            return 0.0
        precision = found / np.maximum(every, 1e-12)
        return float((np.diff(found, prepend=0.0) * precision).sum() / found[-1])
