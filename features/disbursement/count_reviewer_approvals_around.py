"""How many stages the reviewer passed within ten minutes of this review: a batch import shows as a large number."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.disbursement._chain import chain, passed

HALF_WINDOW_DAYS = 10 / 1440


def _compute(view: View) -> Float:
    stages = view.memo(chain)
    who, at = stages.official["township_review"], stages.at["township_review"]
    on_record = (who >= 0) & ~np.isnan(at)
    end = view.ledger.moment(np.where(on_record, at, 0.0) + HALF_WINDOW_DAYS)
    around = View(view.ledger, np.minimum(end, view.at), None, {"official_id": np.where(on_record, who, -1)})
    counted = around.running("approvals", "official_id", days=2 * HALF_WINDOW_DAYS)
    return np.where(on_record, counted, np.nan)


applied = world().add("applications", application_id="A1")
reviewed = applied.add("approvals", stage="township_review", official_id="O2", at="2019-01-21T10:00:00")

count_reviewer_approvals_around = Feature(
    name="count_reviewer_approvals_around",
    title=("审核人前后十分钟内经办的环节数", "stages the reviewer passed within ten minutes of this review"),
    unit="count",
    null="none",
    needs=("approvals", "approvals.official_id"),
    compute=_compute,
    rests_on=passed,
    cases=(
        Case("nothing else at that time", reviewed.paid(application_id="A1"), 1.0),
        Case(
            "two more from a batch, one an hour later",
            reviewed.add(
                "approvals", application_id="A2", stage="township_review", official_id="O2", at="2019-01-21T10:01:00"
            )
            .add("approvals", application_id="A3", stage="township_review", official_id="O2", at="2019-01-21T09:59:00")
            .add("approvals", application_id="A4", stage="township_review", official_id="O2", at="2019-01-21T11:00:00")
            .paid(application_id="A1"),
            3.0,
        ),
    ),
)
