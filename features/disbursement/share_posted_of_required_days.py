"""Days the list hung that carried the application, against the days the item requires; 0 where it was never posted."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.disbursement._notice import posted, share_of_required


def _compute(view: View) -> Float:
    return view.memo(share_of_required)


applied = world().add("applications", application_id="A1", program_id="LAND")

share_posted_of_required_days = Feature(
    name="share_posted_of_required_days",
    title=("公示天数与规定天数之比", "days posted against days required"),
    unit="share",
    null="none",
    needs=("notices", "notices.posted_to", "applications", "programs.notice_days"),
    compute=_compute,
    rests_on=lambda view: (view.memo(posted), view.match("applications", "application_id")),
    cases=(
        Case(
            "one day of seven",
            applied.add("notices", posted_from="2019-05-11", posted_to="2019-05-12").paid(
                "P1", "LAND", at="2019-07-20", application_id="A1"
            ),
            1 / 7,
        ),
        Case(
            "posted again after a correction",
            applied.add("notices", posted_from="2019-05-09", posted_to="2019-05-11")
            .add("notices", posted_from="2019-05-11", posted_to="2019-05-18")
            .paid("P1", "LAND", at="2019-07-20", application_id="A1"),
            1.0,
        ),
        Case("never posted", applied.paid("P1", "LAND", application_id="A1"), 0.0),
        Case("no application named", applied.paid("P1", "LAND"), None),
    ),
)
