"""Days from the earliest death a list gives the payee to the first day of the period paid for."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.person._matched import listed_deaths, matched_deaths


def _compute(view: View) -> Float:
    found = view.memo(matched_deaths)
    return np.asarray(view.period_from() - found.min(found["effective_on"]))


listed = world().listed("P1", on="2019-01-10", recorded="2019-02-01")

days_paid_after_matched_death = Feature(
    name="days_paid_after_matched_death",
    title=("名单所载死亡日期后仍发放的天数", "days paid for after a death on a list"),
    unit="days",
    null="none",
    needs=("matched_events", "department_rows"),
    compute=_compute,
    rests_on=listed_deaths,
    model=False,
    cases=(
        Case("paid for April, on a list as dead on 10 January", listed.paid("P1", period="2019-04"), 81.0),
        Case("the list came after the payment", listed.paid("P1", at="2019-01-20", period="2019-01"), None),
        Case("the row means somebody else", listed.paid("P3"), None),
        Case(
            "the match was taken back before the payment",
            listed.listed(None, on="2019-01-10", recorded="2019-03-01").paid("P1"),
            None,
        ),
        Case(
            "a car on a list is no death",
            world().listed("P1", "vehicle_bought", on="2019-01-10", recorded="2019-02-01").paid("P1"),
            None,
        ),
    ),
)
