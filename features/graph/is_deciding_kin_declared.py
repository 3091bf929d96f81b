"""Whether the tie between the payee's household and whoever judged the application was declared beforehand."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.graph._decisions import evidence, on_deciding_stage
from features.graph._kin import KIN, spread_any, tied


def _compute(view: View) -> Float:
    pairs = view.memo(tied)
    deciding = view.memo(on_deciding_stage) & (pairs.kind == KIN)
    declared = spread_any(view, pairs.query, deciding & (pairs.declared > 0))
    return np.where(spread_any(view, pairs.query, deciding) > 0, declared, np.nan)


assessed = (
    world()
    .change("officials", "official_id", "O1", person_id="P5")
    .add("applications", application_id="A1", person_id="P3", household_id="H2", program_id="DIBAO")
    .add("approvals", stage="village_assessment", official_id="O1")
)

is_deciding_kin_declared = Feature(
    name="is_deciding_kin_declared",
    title=("审定人亲属关系已报备", "the deciding official had declared the kin"),
    unit="flag",
    null="none",
    needs=("approvals", "approvals.official_id", "officials", "officials.person_id", "kinship", "kinship.declared"),
    compute=_compute,
    rests_on=evidence,
    cases=(
        Case(
            "declared",
            assessed.add("kinship", person_id="P5", relative_id="P3", declared=True).paid("P3", application_id="A1"),
            1.0,
        ),
        Case(
            "not declared",
            assessed.add("kinship", person_id="P5", relative_id="P3").paid("P3", application_id="A1"),
            0.0,
        ),
        Case("no kin decided", assessed.paid("P3", application_id="A1"), None),
    ),
)
