"""Days since the person paid moved away, by the latest record, when the period began."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.person._status import events


def _moves(view: View) -> Pairs:
    return events(view, "moved_out")


def _compute(view: View) -> Float:
    found = _moves(view)
    days = view.period_from() - found.max(found["effective_on"])
    return np.where(days > 0, days, np.nan)


gone = world().event("P3", "moved_out", on="2019-01-01")

days_moved_out = Feature(
    name="days_moved_out",
    title=("迁出后的天数", "days since moving away"),
    unit="days",
    null="none",
    needs=("civil_events",),
    compute=_compute,
    rests_on=_moves,
    cases=(
        Case("moved away a quarter before", gone.paid("P3", period="2019-04"), 90.0),
        Case("arrears for the time before", gone.paid("P3", period="2018-12"), None),
    ),
)
