"""Whether the payee's household is tied to somebody in post who handled no stage of this application."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.graph._decisions import on_any_stage
from features.graph._kin import kinship_rows, spread_any, tied


def _compute(view: View) -> Float:
    return spread_any(view, view.memo(tied).query, ~view.memo(on_any_stage))


kin = (
    world()
    .change("officials", "official_id", "O1", person_id="P5")
    .add("kinship", person_id="P5", relative_id="P3")
    .add("applications", application_id="A1", person_id="P3", household_id="H2")
)

is_tied_to_peer_official = Feature(
    name="is_tied_to_peer_official",
    title=("收款户与其他在任人员有亲属关系", "payee's household tied to somebody in post outside the chain"),
    unit="flag",
    null="unknown",
    needs=("approvals", "approvals.official_id", "officials", "officials.person_id", "kinship"),
    compute=_compute,
    rests_on=lambda view: kinship_rows(view, ~view.memo(on_any_stage)),
    cases=(
        Case(
            "kin of the secretary, handled by another",
            kin.add("approvals", official_id="O2").paid("P3", application_id="A1"),
            1.0,
        ),
        Case(
            "kin of the secretary, who handled it",
            kin.add("approvals", official_id="O1").paid("P3", application_id="A1"),
            0.0,
        ),
    ),
)
