"""Whether one hand passed the application both in the village and above it (township review, county determination)."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.disbursement._chain import ABOVE_VILLAGE, VILLAGE_LEVEL, chain, passed


def _compute(view: View) -> Float:
    stages = view.memo(chain)
    same = np.zeros(view.n, dtype=bool)
    known = np.zeros(view.n, dtype=bool)
    for low in VILLAGE_LEVEL:
        for high in ABOVE_VILLAGE:
            both = (stages.hand[low] >= 0) & (stages.hand[high] >= 0)
            known |= both
            same |= both & (stages.hand[low] == stages.hand[high])
    return np.where(known, same.astype(np.float64), np.nan)


applied = world().add("applications", application_id="A1")
assessed = applied.add("approvals", stage="village_assessment", official_id="O1", at="2019-01-10T10:00:00")

is_same_hand_across_levels = Feature(
    name="is_same_hand_across_levels",
    title=("村级与上级环节同一人经办", "one hand in the village and above it"),
    unit="flag",
    null="unknown",
    needs=("approvals", "approvals.official_id"),
    compute=_compute,
    rests_on=passed,
    cases=(
        Case(
            "the village secretary also signed the township review",
            assessed.add("approvals", stage="township_review", official_id="O1", at="2019-01-21T10:00:00").paid(
                application_id="A1"
            ),
            1.0,
        ),
        Case(
            "the township clerk reviewed",
            assessed.add("approvals", stage="township_review", official_id="O2", at="2019-01-21T10:00:00").paid(
                application_id="A1"
            ),
            0.0,
        ),
        Case("only one stage is on record", assessed.paid(application_id="A1"), None),
    ),
)
