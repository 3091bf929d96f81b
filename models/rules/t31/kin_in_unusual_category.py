"""Kin of somebody in post receive a means-tested item although the household is of a category hardly ever paid it."""

from __future__ import annotations

from features._world import world
from features.graph.ratio_kin_granted_to_village_730d import ratio_kin_granted_to_village_730d
from features.household.is_household_documented_poor import is_household_documented_poor
from features.household.share_recipients_in_category_365d import share_recipients_in_category_365d
from features.program.is_means_tested import is_means_tested
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

poor = world().change("households", "household_id", "H3", category="low_income")
for number in range(40):
    poor = poor.paid("P4", "DIBAO", at=f"2019-{1 + number % 3:02d}-{1 + number % 28:02d}")
kin = poor.change("officials", "official_id", "O1", person_id="P5").add("kinship", person_id="P5", relative_id="P3")

RULE = Rule(
    code="T31.kin_in_unusual_category",
    title=("Kin of an official, in a category hardly ever paid", "经办人员亲属且农户类别极少享受"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=col(is_means_tested).is_true()
    & (col(share_recipients_in_category_365d) <= setting("T31.share_of_category"))
    & (col(ratio_kin_granted_to_village_730d) > 0)
    & col(is_household_documented_poor).is_false(),
    because=(
        "Kin of somebody in post; {share_recipients_in_category_365d} of the item's payments went to households of this"
        " category, and the share of kin on it is {ratio_kin_granted_to_village_730d} times the village's",
        "系在任人员亲属；该项目仅{share_recipients_in_category_365d}发放给同类别农户，亲属享受比例为本村的"
        "{ratio_kin_granted_to_village_730d}倍",
    ),
    blind_to="households whose category was changed to fit",
    next_steps=(
        ("Check income and assets of the household", "核对该户收入财产"),
        ("Read who spoke for it in the assessment", "查阅评议记录中的推荐人"),
    ),
    cases=(
        fires(
            "a general household of the secretary's brother among poor ones", kin.paid("P3", "DIBAO", at="2019-04-20")
        ),
        quiet("nobody in post is kin", poor.paid("P3", "DIBAO", at="2019-04-20")),
        quiet(
            "kin, poor on record",
            kin.change("households", "household_id", "H2", category="low_income").paid("P3", "DIBAO", at="2019-04-20"),
        ),
        quiet("land", kin.paid("P3", "LAND", at="2019-04-20")),
    ),
)
