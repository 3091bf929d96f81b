"""Whether the item is granted only to households below an income or asset line."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View


def _compute(view: View) -> Float:
    return view.lookup("programs", "means_tested", "program_id")


is_means_tested = Feature(
    name="is_means_tested",
    title=("需核对家庭经济状况的项目", "means-tested item"),
    unit="flag",
    null="unknown",
    needs=("programs.means_tested",),
    compute=_compute,
    cases=(
        Case("minimum living allowance", world().paid("P1", "DIBAO"), 1.0),
        Case("land subsidy", world().paid("P1", "LAND"), 0.0),
    ),
)
