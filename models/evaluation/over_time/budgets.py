"""How many payments can be looked at: the places of the desks, and shares of the list."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.scoring.policy import Policy

CAPACITY = "capacity"
SHARES = {"0.5%": 0.005, "1%": 0.01, "2%": 0.02}
DESKS = ("discipline", "department", "owed")


def budgets_of(payments: int, policy: Policy) -> dict[str, int]:
    """Payments looked at by name of the budget: `capacity`, `0.5%`, `1%`, `2%`; between 1 and all.

    The capacity is the sum of the three desks' places for one queue, a payment a place: what the desks could look at if
    no two payments made one case.
    """
    places = int(sum(policy[f"desks.{desk}_capacity"] for desk in DESKS))
    wanted = {CAPACITY: places, **{name: round(share * payments) for name, share in SHARES.items()}}
    return {name: min(max(count, 1), payments) for name, count in wanted.items()}


def tops_of(
    score: NDArray[np.float64], tie: NDArray[np.float64], budgets: dict[str, int]
) -> dict[str, NDArray[np.bool_]]:
    """The payments each budget looks at, as masks (n,): the highest scores, ties by `tie` (n,)."""
    order = np.lexsort((tie, -score))
    out = {}
    for name, count in budgets.items():
        mask = np.zeros(len(score), dtype=bool)
        mask[order[:count]] = True
        out[name] = mask
    return out
