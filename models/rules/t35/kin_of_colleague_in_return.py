"""The reviewer passed kin of a colleague who had passed the reviewer's own kin."""

from __future__ import annotations

from features.graph.count_favours_returned import count_favours_returned, first, second
from features.household.days_household_existed_at_application import days_household_existed_at_application
from features.household.is_household_documented_poor import is_household_documented_poor
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

established = col(days_household_existed_at_application).is_null() | (
    col(days_household_existed_at_application) > setting("T35.days_new_household")
)

RULE = Rule(
    code="T35.kin_of_colleague_in_return",
    title=("Officials pass one another's kin", "经办人员互批亲属"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=col(count_favours_returned) >= setting("T35.favours_before"),
    unless=(
        Unless(
            "the household was already registered as poor when it applied",
            "申请前农户已登记为困难类别",
            col(is_household_documented_poor).is_true() & established,
        ),
    ),
    because=(
        "The payee is kin of an official who earlier passed {count_favours_returned} means-tested applications of this"
        " reviewer's own kin",
        "收款户是某经办人员的亲属，该人员此前曾审核通过本审核人亲属的{count_favours_returned}件困难补助申报",
    ),
    blind_to="the first favour of a pair, and kin the register does not know",
    next_steps=(
        ("Put both officials' reviews of each other's kin side by side", "并列核对两人审核对方亲属的申报"),
        ("Check both households against the means test", "核对两户是否符合条件"),
    ),
    cases=(
        fires("in return for an earlier one", second.paid("P4", "RELIEF", at="2019-02-20", application_id="A2")),
        explained(
            "poor on record for years",
            second.change("households", "household_id", "H3", category="low_income").paid(
                "P4", "RELIEF", at="2019-02-20", application_id="A2"
            ),
        ),
        quiet("the first of the two", first.paid("P3", "RELIEF", at="2018-06-20", application_id="A1")),
        quiet("not kin of anybody in post", second.paid("P1", "RELIEF", application_id="A2")),
        quiet("an item everybody of that age receives", second.paid("P4", "OLDAGE", application_id="A2")),
    ),
)
