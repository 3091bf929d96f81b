"""Kin of whoever judged the application receive the item far more often than the village does."""

from __future__ import annotations

from features._world import world
from features.graph.is_decided_by_own_kin import is_decided_by_own_kin
from features.graph.ratio_kin_granted_to_village_730d import ratio_kin_granted_to_village_730d
from features.household.days_household_existed_at_application import days_household_existed_at_application
from features.household.is_household_documented_poor import is_household_documented_poor
from features.household.share_recipients_in_category_365d import share_recipients_in_category_365d
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

base = world()
for number in range(20, 32):
    base = base.add("households", household_id=f"H{number}")
for number in range(1, 9):
    base = base.paid("P6", "DIBAO", at=f"2019-03-0{number}", household_id="H6")
base = base.change("households", "household_id", "H6", category="low_income")
brother = (
    base.change("officials", "official_id", "O1", person_id="P5")
    .add("kinship", person_id="P5", relative_id="P3")
    .add("applications", application_id="A1", person_id="P3", household_id="H2", program_id="DIBAO")
)
assessed = brother.add("approvals", stage="village_assessment", official_id="O1")
everybody = assessed
for number in range(20, 32):
    everybody = everybody.paid("P4", "DIBAO", at="2019-02-01", household_id=f"H{number}")

established = col(days_household_existed_at_application).is_null() | (
    col(days_household_existed_at_application) > setting("T31.days_new_household")
)

RULE = Rule(
    code="T31.kin_granted_beyond_village",
    title=("Kin favoured beyond the village", "亲属享受比例明显高于本村"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=col(is_decided_by_own_kin).is_true()
    & (col(ratio_kin_granted_to_village_730d) >= setting("T31.kin_to_village")),
    unless=(
        Unless(
            "the household was already registered as poor when it applied",
            "申请前农户已登记为困难类别",
            col(is_household_documented_poor).is_true() & established,
        ),
        Unless(
            "households of its category commonly receive the item",
            "同类别农户普遍享受该项目",
            (col(share_recipients_in_category_365d) >= setting("T31.common_category")) & established,
        ),
    ),
    because=(
        "Kin households of the official who judged it receive this item {ratio_kin_granted_to_village_730d} times as"
        " often as the village",
        "审定人员的亲属户享受该项目的比例是本村的{ratio_kin_granted_to_village_730d}倍",
    ),
    blind_to="kin the register does not know; villages where everybody is kin",
    next_steps=(
        ("List the official's kin on all means-tested items", "列出该经办人员亲属享受的全部困难补助项目"),
        ("Compare their income and assets with households that were refused", "与未获批农户比较收入财产"),
    ),
    cases=(
        fires(
            "the only household of the village on the item is the secretary's brother",
            assessed.paid("P3", "DIBAO", application_id="A1"),
        ),
        explained(
            "kin, but poor on record for years",
            assessed.change("households", "household_id", "H2", category="low_income").paid(
                "P3", "DIBAO", application_id="A1"
            ),
        ),
        quiet("most of the village receives it", everybody.paid("P3", "DIBAO", application_id="A1")),
        quiet("not kin", base.paid("P3", "DIBAO", application_id="A1")),
    ),
)
