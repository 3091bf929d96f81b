"""Whether the household was on the poverty register (any category but general) before the application was made."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.graph._kin import household_of_payee


def _compute(view: View) -> Float:
    home = view.memo(household_of_payee)
    applied = view.lookup("applications", "applied_on", "application_id")
    applied = np.where(np.isnan(applied), np.floor(view.day_at), applied)
    moment = np.minimum(view.ledger.moment(applied), view.at)
    then = View(view.ledger, moment, None, {"household_id": home})
    category = then.lookup("households", "category", "household_id")
    now = view.lookup("households", "category", {"household_id": home})
    return np.where(now < 0, np.nan, (category > 0).astype(np.float64))


applied = world().add("applications", application_id="A1", applied_on="2019-01-05")

is_household_documented_poor = Feature(
    name="is_household_documented_poor",
    title=("申请前已登记困难类别", "poverty category on record before the application"),
    unit="flag",
    null="unknown",
    needs=("households", "households.category", "applications"),
    compute=_compute,
    rests_on=lambda view: view.match("households", {"household_id": view.memo(household_of_payee)}),
    cases=(
        Case(
            "registered in 2018",
            applied.add("households", household_id="H1", category="low_income", recorded_at="2018-03-01").paid(
                "P1", "DIBAO", application_id="A1"
            ),
            1.0,
        ),
        Case(
            "registered after the application",
            applied.add("households", household_id="H1", category="low_income", recorded_at="2019-01-20").paid(
                "P1", "DIBAO", application_id="A1"
            ),
            0.0,
        ),
        Case(
            "a household entered in the register after its own application",
            applied.add("households", household_id="H9", category="low_income", recorded_at="2019-01-20").paid(
                "P1", "DIBAO", application_id="A1", household_id="H9"
            ),
            0.0,
        ),
        Case("household not in the register", applied.paid("P1", application_id="A1", household_id="H99"), None),
    ),
)
