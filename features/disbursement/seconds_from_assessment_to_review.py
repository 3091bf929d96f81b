"""Seconds between the village's assessment of the application and the township's review of it."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.disbursement._chain import chain, passed


def _compute(view: View) -> Float:
    stages = view.memo(chain)
    return np.asarray((stages.at["township_review"] - stages.at["village_assessment"]) * 86400.0)


applied = world().add("applications", application_id="A1")
assessed = applied.add("approvals", stage="village_assessment", official_id="O1", at="2019-01-10T10:00:00")

seconds_from_assessment_to_review = Feature(
    name="seconds_from_assessment_to_review",
    title=("村评到乡审的秒数", "seconds from village assessment to township review"),
    unit="seconds",
    null="none",
    needs=("approvals",),
    compute=_compute,
    rests_on=passed,
    cases=(
        Case(
            "reviewed a minute later",
            assessed.add("approvals", stage="township_review", official_id="O2", at="2019-01-10T10:01:00").paid(
                application_id="A1"
            ),
            60.0,
            1e-3,
        ),
        Case("not reviewed", assessed.paid(application_id="A1"), None),
    ),
)
