"""Somebody judged a means-tested application of their own household or kin and did not step aside."""

from __future__ import annotations

from features._world import world
from features.graph.is_decided_by_own_kin import is_decided_by_own_kin
from features.graph.is_deciding_kin_declared import is_deciding_kin_declared
from features.household.days_household_existed_at_application import days_household_existed_at_application
from features.household.is_household_documented_poor import is_household_documented_poor
from features.household.share_recipients_in_category_365d import share_recipients_in_category_365d
from features.program.is_means_tested import is_means_tested
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

poor_list = world().change("households", "household_id", "H3", category="low_income")
for day in range(1, 9):
    poor_list = poor_list.paid("P4", "DIBAO", at=f"2019-03-0{day}")
brother = (
    poor_list.change("officials", "official_id", "O1", person_id="P5")
    .add("kinship", person_id="P5", relative_id="P3", declared=True)
    .add("applications", application_id="A1", person_id="P3", household_id="H2", program_id="DIBAO")
)
assessed = brother.add("approvals", stage="village_assessment", official_id="O1")

established = col(days_household_existed_at_application).is_null() | (
    col(days_household_existed_at_application) > setting("T32.days_new_household")
)
long_poor = col(is_household_documented_poor).is_true() & established

RULE = Rule(
    code="T32.own_kin_judged",
    title=("Judged the application of own kin", "审定亲属申报未回避"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=col(is_decided_by_own_kin).is_true() & col(is_means_tested).is_true(),
    unless=(
        Unless(
            "the kin was declared beforehand and the household was already registered as poor when it applied",
            "亲属关系已事先报备，且申请前农户已登记为困难类别",
            long_poor & col(is_deciding_kin_declared).is_true(),
        ),
        Unless(
            "the household was already registered as poor when it applied",
            "申请前农户已登记为困难类别",
            long_poor,
        ),
        Unless(
            "households of its category commonly receive the item",
            "同类别农户普遍享受该项目",
            (col(share_recipients_in_category_365d) >= setting("T32.common_category")) & established,
        ),
    ),
    because=(
        "Kin of the payee's household judged this means-tested application, and no recusal is on record",
        "收款农户的亲属参与审定该需核对经济状况的申报，无回避记录",
    ),
    authority="Rules on recusal in village affairs and grass-roots administration",
    blind_to="kin that the register does not know; colleagues who judge for one another",
    next_steps=(
        ("Ask who was in the assessment meeting and read its minutes", "核对评议会参会人员和会议记录"),
        ("Check the household's income and assets against the means test", "核对该户收入财产是否符合条件"),
    ),
    cases=(
        fires(
            "the secretary assessed a brother who is not on the poverty register",
            assessed.paid("P3", "DIBAO", application_id="A1"),
        ),
        explained(
            "declared kin, registered as poor years before",
            assessed.change("households", "household_id", "H2", category="low_income").paid(
                "P3", "DIBAO", application_id="A1"
            ),
        ),
        quiet(
            "stepped aside",
            brother.add("approvals", stage="village_assessment", official_id="O2", recused_official_id="O1").paid(
                "P3", "DIBAO", application_id="A1"
            ),
        ),
        quiet("land item, paid by registered holding", assessed.paid("P3", "LAND", application_id="A1")),
    ),
)
