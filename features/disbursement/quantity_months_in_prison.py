"""Months paid to the person for months spent wholly in prison."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.disbursement._months import beyond, months_free
from features.person._status import events
from features.program._item import paid_to_a_living_person


def _compute(view: View) -> Float:
    return np.where(paid_to_a_living_person(view), beyond(view, months_free(view)), np.nan)


def _rests_on(view: View) -> Pairs:
    return events(view, "imprisoned", "released")


inside = world().event("P3", "imprisoned", on="2019-02-10", recorded="2019-03-01")

quantity_months_in_prison = Feature(
    name="quantity_months_in_prison",
    title=("服刑期间发放的月数", "months paid for time in prison"),
    unit="quantity",
    null="none",
    needs=("civil_events",),
    compute=_compute,
    rests_on=_rests_on,
    cases=(
        Case("two months after the arrest", inside.paid("P3", period="2019-04"), 1.0),
        Case("the month of the arrest", inside.paid("P3", at="2019-03-09", period="2019-02"), 0.0),
        Case("released in between", inside.event("P3", "released", on="2019-04-02").paid("P3", period="2019-04"), 0.0),
        Case("land of the household", inside.paid("P3", "LAND"), None),
    ),
)
