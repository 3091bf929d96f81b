"""Months paid to the person beyond the month of the latest death a list gives them."""

from __future__ import annotations

import numpy as np

from features._calendar import month_of
from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.disbursement._months import beyond, overlap
from features.person._matched import listed_deaths, matched_deaths
from features.program._item import paid_to_a_living_person


def _compute(view: View) -> Float:
    found = view.memo(matched_deaths)
    died = month_of(found.max(found["effective_on"]))
    alive = np.where(np.isnan(died), np.nan, overlap(view, np.full(view.n, np.nan), died))
    return np.where(paid_to_a_living_person(view), beyond(view, alive), np.nan)


listed = world().listed("P1", on="2019-01-10", recorded="2019-02-01")

quantity_months_after_matched_death = Feature(
    name="quantity_months_after_matched_death",
    title=("名单所载死亡当月之后仍发放的月数", "months paid beyond the month of a death on a list"),
    unit="quantity",
    null="none",
    needs=("matched_events", "department_rows"),
    compute=_compute,
    rests_on=listed_deaths,
    model=False,
    cases=(
        Case("April, on a list as dead in January", listed.paid("P1", period="2019-04"), 1.0),
        Case("the month of death itself", listed.paid("P1", at="2019-02-09", period="2019-01"), 0.0),
        Case("land goes on", listed.paid("P1", "LAND"), None),
        Case("the list came after the payment", listed.paid("P1", at="2019-01-20", period="2019-01"), None),
    ),
)
