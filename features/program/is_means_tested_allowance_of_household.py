"""Whether the item is a continuing, means-tested allowance of the household."""

from __future__ import annotations

from features._feature import Case, Feature, Float, flag
from features._world import world
from features.asof import View
from features.program._item import item_flag, item_is


def _compute(view: View) -> Float:
    return flag(
        item_flag(view, "means_tested")
        & item_is(view, "paid_per", "household")
        & ~item_is(view, "frequency", "one_off")
    )


is_means_tested_allowance_of_household = Feature(
    name="is_means_tested_allowance_of_household",
    title=("按户核定收入的经常性补助", "continuing means-tested allowance of a household"),
    unit="flag",
    null="unknown",
    needs=("programs.means_tested",),
    compute=_compute,
    cases=(
        Case("minimum living allowance", world().paid("P1", "DIBAO"), 1.0),
        Case("relief in an emergency", world().paid("P1", "RELIEF"), 0.0),
        Case("land", world().paid("P1", "LAND"), 0.0),
    ),
)
