"""Lines on record that pay the same application for the same period, the scored one included, replacements left out."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.disbursement.ratio_quantity_to_posted import lines


def _compute(view: View) -> Float:
    return view.memo(lines).count()


first = world().paid("P1", "LAND", at="2019-07-19", application_id="A1")

count_lines_on_application = Feature(
    name="count_lines_on_application",
    title=("同一申报同期发放行数", "lines on the application for the period"),
    unit="count",
    null="none",
    needs=("disbursements.application_id",),
    compute=_compute,
    rests_on=lambda view: view.memo(lines),
    cases=(
        Case("two parcels on two lines", first.paid("P1", "LAND", at="2019-07-20", application_id="A1"), 2.0),
        Case("one line", first, 1.0),
    ),
)
