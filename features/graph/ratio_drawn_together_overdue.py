"""Days from the last withdrawal together to the payment, over the usual days between two: above 1, it is overdue."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import World, world
from features.asof import View
from features.graph import _together


def _compute(view: View) -> Float:
    return np.asarray(_together.overdue(view, view.memo(_together.unrelated_partners)))


def _series(made: World, day: str) -> World:
    """C1, C3 and C5 drawn within four minutes at one outlet."""
    for minute, card in ((10, "C1"), (12, "C3"), (14, "C5")):
        made = made.add("card_transactions", card_id=card, at=f"{day}T09:{minute}:00")
    return made


three_times = _series(_series(_series(world(), "2019-01-10"), "2019-01-20"), "2019-01-30")

ratio_drawn_together_overdue = Feature(
    name="ratio_drawn_together_overdue",
    title=("距上次连续支取时间与平时间隔之比", "wait since drawn together over the usual interval"),
    unit="ratio",
    null="none",
    needs=("card_transactions.outlet_id", "persons"),
    compute=_compute,
    cases=(
        Case("never", world().paid("P1"), None),
        Case("every ten days, ten days ago", three_times.paid("P1", at="2019-02-09T09:12:00"), 1.0, 1e-3),
        Case("every ten days, forty days ago", three_times.paid("P1", at="2019-03-11T09:12:00"), 4.0, 1e-3),
    ),
)
