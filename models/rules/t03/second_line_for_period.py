"""A second line for one person, item and period adds up to too much, and is no mere difference."""

from __future__ import annotations

from features._world import world
from features.disbursement.quantity_months_over_period import quantity_months_over_period
from features.disbursement.quantity_months_over_with_other_lines import quantity_months_over_with_other_lines
from features.disbursement.ratio_amount_of_period_to_rate import ratio_amount_of_period_to_rate
from features.disbursement.ratio_amount_to_earlier_lines import ratio_amount_to_earlier_lines
from features.disbursement.ratio_quantity_to_holdings import ratio_quantity_to_holdings
from features.run.share_run_paid_before import share_run_paid_before
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

once = world().paid("P1", at="2019-04-10", run_id="R1")

RULE = Rule(
    code="T03.second_line_for_period",
    title=("A second line for the period", "同人同项同期第二笔发放"),
    severity="middle",
    desk="department",
    suspect_role="household",
    when=(
        (col(ratio_amount_to_earlier_lines) >= setting("T03.share_of_first"))
        & ~(col(quantity_months_over_period) > 0)
        & (
            (col(quantity_months_over_with_other_lines) >= 1)
            | (col(ratio_quantity_to_holdings) >= setting("T03.times_holdings"))
        )
    ),
    unless=(
        Unless(
            "instalments: all lines of the period together come to what is due once",
            "分次发放：同期各笔合计等于应发一次的金额",
            col(ratio_amount_of_period_to_rate) <= setting("T03.once_due"),
        ),
        Unless(
            "most of the run pays people already paid for the period: a difference or a catch-up",
            "该批次多为同期补发，属政策性补差",
            col(share_run_paid_before) >= setting("T03.share_of_catch_up"),
        ),
    ),
    because=(
        "{ratio_amount_to_earlier_lines} times the amount already paid for the period",
        "金额为同期已发金额的{ratio_amount_to_earlier_lines}倍",
    ),
    blind_to="second lines of less than half the amount",
    next_steps=(
        ("Look at both lines and their bank answers", "核对两笔明细及银行回盘"),
        ("Ask the preparer why there are two", "询问经办人列两笔的原因"),
    ),
    cases=(
        fires("paid again, a little less", once.paid("P1", amount="90.00")),
        explained(
            "two halves, each naming the whole quantity",
            world().paid("P1", amount="50.00", at="2019-04-10").paid("P1", amount="50.00"),
        ),
        quiet(
            "two instalments",
            world().paid("P1", quantity=0.5, amount="50.00", at="2019-04-10").paid("P1", quantity=0.5, amount="50.00"),
        ),
        quiet("the difference to a new rate", once.paid("P1", amount="10.00")),
        quiet("a lump sum for the months that follow", once.paid("P1", quantity=6, amount="600.00", at="2019-12-20")),
        explained("a run that pays everybody a difference", once.paid("P1", amount="90.00", run_id="R9")),
    ),
)
