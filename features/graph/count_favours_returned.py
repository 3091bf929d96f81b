"""Reviews of the reviewer's kin, on means-tested items, by the official whose kin the payee is.

Whoever reviewed this application above the village is A; somebody in post tied to the payee's household is B: how many
applications of A's kin had B reviewed by now? The largest number over such pairs; null where nobody in post is tied to
the payee, or the item is not means-tested.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.graph._kin import kinship_rows, tied
from features.graph._reciprocal import evidence, returned
from features.program.is_means_tested import is_means_tested


def _compute(view: View) -> Float:
    found = view.memo(returned)
    out = np.full(view.n, -1.0)
    np.maximum.at(out, found.query, found.count)
    return np.where((out < 0) | (is_means_tested.of(view) < 1), np.nan, out)


two = (
    world()
    .change("officials", "official_id", "O2", person_id="P5")
    .add("officials", official_id="O8", person_id="P6", division_code="519901102000")
    .add("kinship", person_id="P5", relative_id="P3")
    .add("kinship", person_id="P6", relative_id="P4")
)
first = two.add(
    "applications", application_id="A1", person_id="P3", household_id="H2", program_id="RELIEF", applied_on="2018-05-01"
).add("approvals", application_id="A1", stage="township_review", official_id="O8", at="2018-05-10T10:00:00")
second = first.add("applications", application_id="A2", person_id="P4", household_id="H3", program_id="RELIEF").add(
    "approvals", application_id="A2", stage="township_review", official_id="O2", at="2019-01-21T10:00:00"
)

count_favours_returned = Feature(
    name="count_favours_returned",
    title=("互相审批对方亲属的次数", "reviews of the reviewer's kin by the payee's kin in post"),
    unit="count",
    null="none",
    needs=("approvals", "approvals.official_id", "applications", "officials", "officials.person_id", "kinship"),
    uses=(is_means_tested,),
    compute=_compute,
    rests_on=lambda view: (evidence(view), kinship_rows(view, view.memo(tied).query >= 0)),
    cases=(
        Case(
            "O8 passed O2's brother, then O2 passed O8's brother",
            second.paid("P4", "RELIEF", at="2019-02-20", application_id="A2"),
            1.0,
        ),
        Case("the first of the two", first.paid("P3", "RELIEF", at="2018-06-20", application_id="A1"), 0.0),
        Case("nobody in post is tied to the payee", second.paid("P1", "RELIEF", application_id="A2"), None),
        Case("not means-tested", second.paid("P4", "LAND", application_id="A2"), None),
    ),
)
