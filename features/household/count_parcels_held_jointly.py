"""Holdings behind the payment that several households registered together."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.household._parcels import also_elsewhere
from features.household.count_parcels_registered_over_another import TOGETHER_DAYS


def _together(view: View) -> Pairs:
    rows, later = view.memo(also_elsewhere)
    return rows.where(np.abs(later) <= TOGETHER_DAYS)


def _compute(view: View) -> Float:
    rows = view.memo(_together)
    return rows.distinct(rows["holding_id"])


first = world().add("holdings", holding_id="L1", household_id="H1", valid_from="2009-01-06")

count_parcels_held_jointly = Feature(
    name="count_parcels_held_jointly",
    title=("多户共同登记的地块或机具数", "holdings several households registered together"),
    unit="count",
    null="none",
    needs=("holdings", "programs.holding_kind"),
    compute=_compute,
    rests_on=lambda view: view.memo(_together),
    cases=(
        Case(
            "joint owners",
            first.add("holdings", holding_id="L1", household_id="H2", valid_from="2009-01-06").paid("P3", "LAND"),
            1.0,
        ),
        Case("one owner", first.paid("P1", "LAND"), 0.0),
    ),
)
