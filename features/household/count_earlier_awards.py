"""Times the household was already granted an item that is granted once only."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.household._awards import earlier_awards
from features.program._item import item_flag


def _compute(view: View) -> Float:
    return np.where(item_flag(view, "once_per_household"), earlier_awards(view).count(), np.nan)


built = world().paid("P1", "HOUSING", at="2017-06-20", application_id="A1")

count_earlier_awards = Feature(
    name="count_earlier_awards",
    title=("该户此前享受同一一次性项目次数", "earlier grants of a once-only item to the household"),
    unit="count",
    null="none",
    needs=("programs.once_per_household",),
    compute=_compute,
    rests_on=earlier_awards,
    cases=(
        Case(
            "the spouse applies two years later", built.paid("P2", "HOUSING", at="2019-06-20", application_id="A2"), 1.0
        ),
        Case(
            "the second instalment of the same grant",
            built.paid("P1", "HOUSING", at="2017-09-20", application_id="A1"),
            0.0,
        ),
        Case("another household", built.paid("P3", "HOUSING", at="2019-06-20", application_id="A2"), 0.0),
        Case("an item paid every year", built.paid("P1", "LAND"), None),
    ),
)
