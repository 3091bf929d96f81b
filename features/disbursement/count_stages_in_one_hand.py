"""The largest number of stages of the application's chain that one hand passed."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.disbursement._chain import STAGES, chain, passed


def _compute(view: View) -> Float:
    hands = [view.memo(chain).hand[stage] for stage in STAGES]
    most = np.zeros(view.n)
    for one in hands:
        same = [np.asarray((other == one) & (one >= 0), dtype=np.float64) for other in hands]
        most = np.maximum(most, sum(same[1:], same[0]))
    return np.where(most > 0, most, np.nan)


applied = world().add("applications", application_id="A1")
assessed = applied.add("approvals", stage="village_assessment", official_id="O1", at="2019-01-10T10:00:00")

count_stages_in_one_hand = Feature(
    name="count_stages_in_one_hand",
    title=("同一人经办的环节数", "stages passed by one hand"),
    unit="count",
    null="unknown",
    needs=("approvals", "approvals.official_id"),
    compute=_compute,
    rests_on=passed,
    cases=(
        Case("one stage on record", assessed.paid(application_id="A1"), 1.0),
        Case(
            "the same hand twice",
            assessed.add("approvals", stage="public_notice", official_id="O1").paid(application_id="A1"),
            2.0,
        ),
        Case("no chain on record", applied.paid(application_id="A1"), None),
    ),
)
