"""Whether the item is closed to people on the public payroll."""

from __future__ import annotations

from features._feature import Case, Feature, Float, flag
from features._world import world
from features.asof import View
from features.program._item import item_flag


def _compute(view: View) -> Float:
    return flag(item_flag(view, "bars_public_payroll"))


is_closed_to_public_payroll = Feature(
    name="is_closed_to_public_payroll",
    title=("不得向财政供养人员发放", "closed to people on the public payroll"),
    unit="flag",
    null="unknown",
    needs=("programs.bars_public_payroll",),
    compute=_compute,
    cases=(
        Case("minimum living allowance", world().paid("P1", "DIBAO"), 1.0),
        Case("land", world().paid("P1", "LAND"), 0.0),
    ),
)
