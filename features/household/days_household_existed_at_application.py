"""Days from a new household's entry in the register to the application; null for households of the first load.

A household is new when it entered the register at least half a year after its village's households did on average.
Negative where the application came first.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.graph._kin import household_of_payee
from features.household._registration import recorded_on, village_mean

NEW_AFTER_VILLAGE_DAYS = 180.0


def _compute(view: View) -> Float:
    entered = view.memo(recorded_on)
    applied = view.lookup("applications", "applied_on", "application_id")
    new = entered - view.memo(village_mean) >= NEW_AFTER_VILLAGE_DAYS
    return np.where(new, applied - np.floor(entered), np.nan)


split = (
    world()
    .add("households", household_id="H9", recorded_at="2018-12-20")
    .add("applications", application_id="A1", applied_on="2019-01-05", household_id="H9")
)

days_household_existed_at_application = Feature(
    name="days_household_existed_at_application",
    title=("新立户到申请的天数", "days from a new household's entry to the application"),
    unit="days",
    null="none",
    needs=("households", "applications"),
    compute=_compute,
    rests_on=lambda view: view.match("households", {"household_id": view.memo(household_of_payee)}),
    cases=(
        Case("entered sixteen days before", split.paid("P1", "DIBAO", application_id="A1", household_id="H9"), 16.0),
        Case("a household of the first load", split.paid("P1", "DIBAO", application_id="A1"), None),
    ),
)
