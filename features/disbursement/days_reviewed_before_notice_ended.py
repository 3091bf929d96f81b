"""Days by which the review above the village came before the last day its list was to hang; negative when after."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.disbursement._chain import ABOVE_VILLAGE, chain, earliest, passed


def notices(view: View) -> Pairs:
    """What was posted about the application."""
    return view.match("notices", "application_id")


def _compute(view: View) -> Float:
    posted = view.memo(notices)
    review = earliest([view.memo(chain).at[stage] for stage in ABOVE_VILLAGE])
    return np.asarray(posted.max(posted["posted_to"]) - np.floor(review))


applied = (
    world().add("applications", application_id="A1").add("notices", posted_from="2019-01-11", posted_to="2019-01-20")
)

days_reviewed_before_notice_ended = Feature(
    name="days_reviewed_before_notice_ended",
    title=("公示期满前提前审核的天数", "days reviewed before the notice ended"),
    unit="days",
    null="none",
    needs=("approvals", "notices", "notices.posted_to"),
    compute=_compute,
    rests_on=lambda view: (view.memo(passed), view.memo(notices)),
    cases=(
        Case(
            "reviewed eight days early",
            applied.add("approvals", stage="township_review", at="2019-01-12T10:00:00").paid(application_id="A1"),
            8.0,
        ),
        Case(
            "reviewed on the day after",
            applied.add("approvals", stage="township_review", at="2019-01-21T10:00:00").paid(application_id="A1"),
            -1.0,
        ),
        Case("never reviewed", applied.paid(application_id="A1"), None),
    ),
)
