"""The amount is above the rate, as others of the item, the village and the preparer were within a year."""

from __future__ import annotations

from features._world import world
from features.disbursement.count_village_lines_over_rate_365d import count_village_lines_over_rate_365d
from features.disbursement.is_whole_multiple_of_rate import is_whole_multiple_of_rate
from features.disbursement.ratio_amount_to_earlier_lines import ratio_amount_to_earlier_lines
from features.disbursement.yuan_off_rate import yuan_off_rate
from features.disbursement.yuan_off_rate_with_other_lines import yuan_off_rate_with_other_lines
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

over = (
    world()
    .paid("P3", period="2019-02", at="2019-02-20", amount="120.00")
    .paid("P3", period="2019-03", at="2019-03-20", amount="120.00")
)

RULE = Rule(
    code="T18.village_lines_over_rate",
    title=("Above the rate, several lines of one preparer", "同一经办人在本村多笔高于标准"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=(
        (col(yuan_off_rate) > 0)
        & (col(count_village_lines_over_rate_365d) >= setting("T18.village_lines"))
        & col(ratio_amount_to_earlier_lines).is_null()
    ),
    unless=(
        Unless(
            "a whole multiple of the rate: months owed, brought in one line",
            "金额为标准的整数倍，为补发多月",
            col(is_whole_multiple_of_rate).is_true(),
        ),
        Unless(
            "all lines of the household together agree with the rate",
            "同户各笔合计与标准一致",
            col(yuan_off_rate_with_other_lines).is_(0),
        ),
    ),
    because=(
        (
            "{yuan_off_rate} yuan above the rate; {count_village_lines_over_rate_365d} other "
            "lines of the item, village and preparer above it within a year"
        ),
        ("高于标准{yuan_off_rate}元，一年内本村同项同一经办人另有{count_village_lines_over_rate_365d}笔高于标准"),
    ),
    blind_to="amounts raised through the quantity",
    next_steps=(
        ("Recompute from rate and quantity", "按标准和数量重新计算"),
        ("Ask the preparer what the difference is for", "询问经办人差额原因"),
    ),
    cases=(
        fires("the third line above the rate", over.paid("P1", amount="110.00")),
        quiet(
            "one line before it",
            world().paid("P3", period="2019-03", at="2019-03-20", amount="120.00").paid("P1", amount="110.00"),
        ),
        quiet("a lawful deduction", over.paid("P1", amount="90.00")),
        explained("two months owed, brought in one line", over.paid("P1", amount="200.00")),
        quiet("as published", over.paid("P1")),
    ),
)
