"""Holdings behind the payment that another household registered earlier and still holds.

Joint owners register together; a transferred holding ends in the first household. Neither counts.
"""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.household._parcels import also_elsewhere

TOGETHER_DAYS = 30.0


def _over(view: View) -> Pairs:
    rows, later = view.memo(also_elsewhere)
    return rows.where(later > TOGETHER_DAYS)


def _compute(view: View) -> Float:
    rows = view.memo(_over)
    return rows.distinct(rows["holding_id"])


first = world().add("holdings", holding_id="L1", household_id="H1", valid_from="2009-01-06")

count_parcels_registered_over_another = Feature(
    name="count_parcels_registered_over_another",
    title=("他户在先登记且未注销的地块或机具数", "holdings another household registered earlier and still holds"),
    unit="count",
    null="none",
    needs=("holdings", "programs.holding_kind"),
    compute=_compute,
    rests_on=lambda view: view.memo(_over),
    cases=(
        Case(
            "registered again six years later",
            first.add("holdings", holding_id="L1", household_id="H2", valid_from="2015-10-02").paid("P3", "LAND"),
            1.0,
        ),
        Case(
            "joint owners",
            first.add("holdings", holding_id="L1", household_id="H2", valid_from="2009-01-06").paid("P3", "LAND"),
            0.0,
        ),
        Case(
            "transferred: the first household gave it up",
            world()
            .add("holdings", holding_id="L1", household_id="H1", valid_from="2009-01-06", valid_to="2015-10-01")
            .add("holdings", holding_id="L1", household_id="H2", valid_from="2015-10-02")
            .paid("P3", "LAND"),
            0.0,
        ),
        Case(
            "the household that was first",
            first.add("holdings", holding_id="L1", household_id="H2", valid_from="2015-10-02").paid("P1", "LAND"),
            0.0,
        ),
    ),
)
