"""Does the top of the list hold still: from one period to the next, and from one model to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Stability:
    """A fold beside the one before it, by name of the budget.

    `cards_again` and `households_again` are the shares of those at the top that were at the top of the period before,
    among those paid in both periods (None where there are none): a change of people, as schemes come and go, and not
    a fault in itself. `same_payments` is Jaccard's overlap of the tops two consecutive models give the same payments,
    and `rank_agreement` Spearman's correlation of their ranks over the union of these tops: a change of mind.
    """

    budget: str
    cards_again: float | None
    households_again: float | None
    same_payments: float
    rank_agreement: float | None


def again(before: Int64, top_before: Bool, now: Int64, top_now: Bool) -> float | None:
    """Share of the hubs at the top now that were at the top before, among those paid in both periods.

    `before` (m,) and `now` (n,) are hub codes of the payments of two periods (negative: none); tops are masks.
    """
    both = np.intersect1d(before[before >= 0], now[now >= 0])
    at_top = np.intersect1d(now[top_now], both)
    if len(at_top) == 0:
        return None
    return float(np.isin(at_top, before[top_before]).mean())


def overlap(one: Bool, other: Bool) -> float:
    """Jaccard's overlap of two masks (n,); 1 where both are empty."""
    union = int((one | other).sum())
    return float((one & other).sum() / union) if union else 1.0


def rank_agreement(one: Float, other: Float, among: Bool) -> float | None:
    """Spearman's correlation of two scores (n,) among some rows, ties at their mean rank; None if it is undefined."""
    from scipy.stats import rankdata

    if among.sum() < 3:
        return None
    a, b = rankdata(one[among]), rankdata(other[among])
    if a.std() == 0 or b.std() == 0:
        return None
    return float(np.corrcoef(a, b)[0, 1])
