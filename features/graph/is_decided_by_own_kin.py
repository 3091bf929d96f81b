"""Whether somebody who judged the application belongs to or is kin of the payee's household and did not step aside."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.graph._decisions import decided_unrecused, evidence
from features.graph._kin import spread_any, tied


def _compute(view: View) -> Float:
    return spread_any(view, view.memo(tied).query, view.memo(decided_unrecused))


assessed = (
    world()
    .change("officials", "official_id", "O1", person_id="P5")
    .add("applications", application_id="A1", person_id="P3", household_id="H2", program_id="DIBAO")
    .add("approvals", stage="village_assessment", official_id="O1")
)
brother = assessed.add("kinship", person_id="P5", relative_id="P3")

is_decided_by_own_kin = Feature(
    name="is_decided_by_own_kin",
    title=("亲属参与审定且未回避", "judged by kin who did not step aside"),
    unit="flag",
    null="unknown",
    needs=("approvals", "approvals.official_id", "officials", "officials.person_id", "kinship"),
    compute=_compute,
    rests_on=evidence,
    cases=(
        Case("the secretary assessed a brother's application", brother.paid("P3", "DIBAO", application_id="A1"), 1.0),
        Case("not related", assessed.paid("P3", "DIBAO", application_id="A1"), 0.0),
        Case(
            "stepped aside, on record",
            brother.add("approvals", stage="township_review", official_id="O2", recused_official_id="O1").paid(
                "P3", "DIBAO", application_id="A1"
            ),
            0.0,
        ),
    ),
)
