"""Whether the village assessment was passed by somebody whose post is in another village."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.disbursement._chain import chain, passed
from features.official._place import foreign


def _compute(view: View) -> Float:
    return foreign(view, view.memo(chain).official["village_assessment"])


applied = (
    world()
    .add("officials", official_id="O9", post="village_secretary", division_code="519901101002")
    .add("applications", application_id="A1")
)

is_assessed_from_another_village = Feature(
    name="is_assessed_from_another_village",
    title=("村评由外村人员经办", "assessed by an official of another village"),
    unit="flag",
    null="none",
    needs=("approvals", "approvals.official_id", "officials", "divisions"),
    compute=_compute,
    rests_on=passed,
    cases=(
        Case(
            "the neighbouring village's secretary",
            applied.add("approvals", official_id="O9").paid(application_id="A1"),
            1.0,
        ),
        Case("the village's own secretary", applied.add("approvals", official_id="O1").paid(application_id="A1"), 0.0),
        Case("not assessed", applied.paid(application_id="A1"), None),
    ),
)
