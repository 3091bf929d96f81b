"""Days from the latest house acquired in the household to the period of a means-tested item."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.household._assets import bought, days_since_bought


def _compute(view: View) -> Float:
    return days_since_bought(view, "house_bought")


def _rests_on(view: View) -> Pairs:
    return bought(view, "house_bought")


owned = world().event("P2", "house_bought", on="2019-01-01", recorded="2019-01-20")

days_since_house_acquired = Feature(
    name="days_since_house_acquired",
    title=("户内购房后的天数", "days since the household acquired a house"),
    unit="days",
    null="none",
    needs=("civil_events", "persons.household_id", "programs.means_tested"),
    compute=_compute,
    rests_on=_rests_on,
    cases=(
        Case("the spouse acquired one a quarter before", owned.paid("P1", "DIBAO", period="2019-04"), 90.0),
        Case("arrears for the time before", owned.paid("P1", "DIBAO", period="2018-12"), None),
        Case("an item without means test", owned.paid("P1", "LAND"), None),
        Case("another household", owned.paid("P3", "DIBAO"), None),
    ),
)
