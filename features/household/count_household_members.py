"""People registered in the household of the person paid."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.person._register import household_of, members


def _compute(view: View) -> Float:
    return np.where(household_of(view) >= 0, view.running("persons", {"household_id": household_of(view)}), np.nan)


count_household_members = Feature(
    name="count_household_members",
    title=("户内登记人数", "people registered in the household"),
    unit="count",
    null="unknown",
    needs=("persons.household_id",),
    compute=_compute,
    rests_on=members,
    cases=(
        Case("a couple", world().paid("P1"), 2.0),
        Case("alone", world().paid("P3"), 1.0),
        Case("the line names no household, the register does", world().paid("P3", household_id=None), 1.0),
        Case("no household known", world().paid("P99", household_id=None), None),
    ),
)
