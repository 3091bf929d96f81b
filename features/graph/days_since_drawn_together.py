"""Days from when the payee's card was last drawn together with an unrelated person met to the payment; 0 after it."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import World, world
from features.asof import View
from features.asof.ledger import MICROSECONDS_A_DAY
from features.graph import _together


def _compute(view: View) -> Float:
    last = _together.last_met(view, view.memo(_together.unrelated_partners))
    return np.maximum(_together.paid_at(view) - last, 0.0) / MICROSECONDS_A_DAY


def _series(made: World, day: str) -> World:
    """C1, C3 and C5 drawn within four minutes at one outlet."""
    for minute, card in ((10, "C1"), (12, "C3"), (14, "C5")):
        made = made.add("card_transactions", card_id=card, at=f"{day}T09:{minute}:00")
    return made


three_times = _series(_series(_series(world(), "2019-01-15"), "2019-02-15"), "2019-03-15")

days_since_drawn_together = Feature(
    name="days_since_drawn_together",
    title=("最近一次与他户连续取现距今天数", "days since last drawn together"),
    unit="days",
    null="unknown",
    needs=("card_transactions.outlet_id", "persons"),
    compute=_compute,
    cases=(
        Case("never", world().paid("P1"), None),
        Case("ten days", three_times.paid("P1", at="2019-03-25T09:14:00"), 10.0),
    ),
)
