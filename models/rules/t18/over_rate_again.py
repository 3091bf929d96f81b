"""The amount is above the rate, as an earlier one to the same person within a year was."""

from __future__ import annotations

from features._world import world
from features.disbursement.count_amounts_over_rate_365d import count_amounts_over_rate_365d
from features.disbursement.is_whole_multiple_of_rate import is_whole_multiple_of_rate
from features.disbursement.yuan_off_rate import yuan_off_rate
from features.disbursement.yuan_off_rate_with_other_lines import yuan_off_rate_with_other_lines
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

over = world().paid("P1", period="2019-03", at="2019-03-20", amount="110.00")

RULE = Rule(
    code="T18.over_rate_again",
    title=("Above the rate, again", "多次高于标准发放"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=((col(yuan_off_rate) > 0) & (col(count_amounts_over_rate_365d) >= setting("T18.times_before"))),
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
            "{yuan_off_rate} yuan above the rate; {count_amounts_over_rate_365d} earlier payment(s) "
            "above it within a year"
        ),
        "高于标准{yuan_off_rate}元，一年内另有{count_amounts_over_rate_365d}笔高于标准",
    ),
    blind_to="amounts raised through the quantity",
    next_steps=(
        ("Recompute from rate and quantity", "按标准和数量重新计算"),
        ("Ask the preparer what the difference is for", "询问经办人差额原因"),
    ),
    cases=(
        fires("the second month above the rate", over.paid("P1", amount="110.00")),
        quiet("arrears added once", world().paid("P1", amount="190.00")),
        quiet(
            "a lawful deduction every month",
            world().paid("P1", period="2019-03", at="2019-03-20", amount="80.00").paid("P1", amount="80.00"),
        ),
        explained(
            "two parcels whose amounts were written on the wrong lines",
            world()
            .paid("P1", "LAND", quantity=2, amount="350.00", at="2018-07-20")
            .paid("P1", "LAND", quantity=3, amount="150.00", at="2018-07-20")
            .paid("P1", "LAND", quantity=3, amount="150.00", at="2019-07-10")
            .paid("P1", "LAND", quantity=2, amount="350.00", at="2019-07-10"),
        ),
    ),
)
