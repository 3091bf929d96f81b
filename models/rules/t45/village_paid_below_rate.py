"""Most of a village list is paid below every published rate."""

from __future__ import annotations

from features._world import world
from features.disbursement.ratio_amount_to_earlier_lines import ratio_amount_to_earlier_lines
from features.disbursement.share_list_under_rate import share_list_under_rate
from features.disbursement.yuan_off_rate import yuan_off_rate
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

cut, fair = world(), world()
for number in range(1, 6):
    cut = cut.paid(f"P{number}", amount="80.00", division_code="519901101001")
    fair = fair.paid(f"P{number}", division_code="519901101001")

RULE = Rule(
    code="T45.village_paid_below_rate",
    title=("A whole list below the rate", "整村低于标准发放"),
    severity="middle",
    desk="owed",
    suspect_role="department",
    when=(
        (col(yuan_off_rate) < 0)
        & (col(share_list_under_rate) >= setting("T45.share_of_list"))
        & col(ratio_amount_to_earlier_lines).is_null()
    ),
    because=(
        "{yuan_off_rate} yuan against the rate, as for {share_list_under_rate} of the list",
        "与标准相差{yuan_off_rate}元，名单中{share_list_under_rate}低于标准",
    ),
    blind_to="lists shorter than a handful of lines",
    next_steps=(
        ("Recompute the list from the rate", "按标准重新计算名单"),
        ("Ask the department what was withheld", "询问主管部门扣减依据"),
    ),
    cases=(
        fires("everybody on the list", cut),
        quiet(
            "the difference to a new rate, paid to everybody",
            cut.paid("P1", amount="8.00", division_code="519901101001", at="2019-05-20"),
        ),
        quiet("one line with a lawful deduction", fair.paid("P6", amount="80.00", division_code="519901101001")),
        quiet("as published", fair),
    ),
)
