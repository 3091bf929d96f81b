"""Whether the item is counted in months."""

from __future__ import annotations

from features._feature import Case, Feature, Float, flag
from features._world import world
from features.asof import View
from features.program._item import item_is


def _compute(view: View) -> Float:
    return flag(item_is(view, "quantity_unit", "month"))


is_counted_in_months = Feature(
    name="is_counted_in_months",
    title=("按月计算", "counted in months"),
    unit="flag",
    null="unknown",
    needs=("programs",),
    compute=_compute,
    cases=(
        Case("pension", world().paid("P1"), 1.0),
        Case("land", world().paid("P1", "LAND"), 0.0),
    ),
)
