"""Whether the item is granted to a household once only."""

from __future__ import annotations

from features._feature import Case, Feature, Float, flag
from features._world import world
from features.asof import View
from features.program._item import item_flag


def _compute(view: View) -> Float:
    return flag(item_flag(view, "once_per_household"))


is_once_per_household = Feature(
    name="is_once_per_household",
    title=("每户限享一次", "once only in a household"),
    unit="flag",
    null="unknown",
    needs=("programs.once_per_household",),
    compute=_compute,
    cases=(
        Case("housing", world().paid("P1", "HOUSING"), 1.0),
        Case("land", world().paid("P1", "LAND"), 0.0),
    ),
)
