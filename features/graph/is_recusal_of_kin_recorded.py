"""Whether an official tied to the payee's household is on record as having stepped aside from the application."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.graph._decisions import recused
from features.graph._kin import spread_any, tied


def _compute(view: View) -> Float:
    return spread_any(view, view.memo(tied).query, view.memo(recused))


applied = (
    world()
    .change("officials", "official_id", "O1", person_id="P5")
    .add("kinship", person_id="P5", relative_id="P3")
    .add("applications", application_id="A1", person_id="P3", household_id="H2", program_id="DIBAO")
)

is_recusal_of_kin_recorded = Feature(
    name="is_recusal_of_kin_recorded",
    title=("亲属已回避并有记录", "recusal of kin on record"),
    unit="flag",
    null="unknown",
    needs=("approvals", "approvals.recused_official_id", "officials", "officials.person_id", "kinship"),
    compute=_compute,
    cases=(
        Case(
            "the kin stepped aside",
            applied.add("approvals", official_id="O2", recused_official_id="O1").paid(
                "P3", "DIBAO", application_id="A1"
            ),
            1.0,
        ),
        Case("nobody stepped aside", applied.add("approvals", official_id="O1").paid("P3", application_id="A1"), 0.0),
    ),
)
