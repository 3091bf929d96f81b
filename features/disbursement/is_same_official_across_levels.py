"""Whether one official number passed the application in the village and above it: one post acted for the other.

Somebody who was moved from the village to the township acts under two numbers, each in its own right.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.disbursement._chain import ABOVE_VILLAGE, VILLAGE_LEVEL, chain, passed


def _compute(view: View) -> Float:
    numbers = view.memo(chain).official
    same = np.zeros(view.n, dtype=bool)
    known = np.zeros(view.n, dtype=bool)
    for low in VILLAGE_LEVEL:
        for high in ABOVE_VILLAGE:
            both = (numbers[low] >= 0) & (numbers[high] >= 0)
            known |= both
            same |= both & (numbers[low] == numbers[high])
    return np.where(known, same.astype(np.float64), np.nan)


applied = world().add("applications", application_id="A1")
assessed = applied.add("approvals", stage="village_assessment", official_id="O1", at="2019-01-10T10:00:00")

is_same_official_across_levels = Feature(
    name="is_same_official_across_levels",
    title=("村级与上级环节同一经办账号", "one official number in the village and above it"),
    unit="flag",
    null="unknown",
    needs=("approvals", "approvals.official_id"),
    compute=_compute,
    rests_on=passed,
    cases=(
        Case(
            "the village secretary's number also signed the township review",
            assessed.add("approvals", stage="township_review", official_id="O1", at="2019-01-21T10:00:00").paid(
                application_id="A1"
            ),
            1.0,
        ),
        Case(
            "another number reviewed",
            assessed.add("approvals", stage="township_review", official_id="O2", at="2019-01-21T10:00:00").paid(
                application_id="A1"
            ),
            0.0,
        ),
        Case("no stage on record", applied.paid(application_id="A1"), None),
    ),
)
