"""Posts that the township's reviewer (or who prepared the line) held before the present one."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.official._tenure import posts_held_before


def _compute(view: View) -> Float:
    return view.memo(posts_held_before)


moved = (
    world()
    .add("officials", official_id="O8", person_id="P5", division_code="519901102000", from_date="2016-03-01")
    .add("officials", official_id="O9", person_id="P5", division_code="519901101000", from_date="2019-03-01")
)

count_earlier_posts_of_reviewer = Feature(
    name="count_earlier_posts_of_reviewer",
    title=("经办人此前任职数", "earlier posts of the reviewer"),
    unit="count",
    null="unknown",
    needs=("officials", "officials.person_id"),
    compute=_compute,
    cases=(
        Case("came from another township", moved.paid("P1", at="2019-04-30", prepared_by="O9"), 1.0),
        Case("the person behind the number is unknown", moved.paid("P1", prepared_by="O2"), None),
    ),
)
