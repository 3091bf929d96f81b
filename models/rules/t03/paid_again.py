"""The same line was paid before: person, item, period, application, village and amount agree."""

from __future__ import annotations

from features._world import world
from features.disbursement.count_lines_before_for_period import count_lines_before_for_period
from features.disbursement.quantity_months_over_with_other_lines import quantity_months_over_with_other_lines
from features.disbursement.ratio_amount_of_period_to_rate import ratio_amount_of_period_to_rate
from features.run.share_run_paid_before import share_run_paid_before
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

once = world().paid("P1", application_id="A1", at="2019-04-10", run_id="R1")

RULE = Rule(
    code="T03.paid_again",
    title=("The same line paid again", "同人同项同期重复发放"),
    severity="high",
    desk="department",
    suspect_role="household",
    when=((col(count_lines_before_for_period) >= 1) & (col(quantity_months_over_with_other_lines) >= 1)),
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
        (
            "{count_lines_before_for_period} earlier line(s) for the same person, item and "
            "period; together {quantity_months_over_with_other_lines} months too many"
        ),
        ("同人同项同期已发放{count_lines_before_for_period}笔，合计多发{quantity_months_over_with_other_lines}个月"),
    ),
    blind_to="second lines of another amount",
    next_steps=(
        ("Look at both lines and their bank answers", "核对两笔明细及银行回盘"),
        ("Ask the preparer why the line was repeated", "询问经办人重复列入的原因"),
    ),
    cases=(
        fires("the same line twice", once.paid("P1", application_id="A1")),
        quiet(
            "returned and issued again",
            once.add("settlements", disbursement_id="D1", status="returned", at="2019-04-12").paid(
                "P1", application_id="A1", reissue_of="D1"
            ),
        ),
        quiet("two instalments", once.paid("P1", application_id="A1", amount="35.00")),
        explained(
            "two halves, each naming the whole quantity",
            world()
            .paid("P1", application_id="A1", amount="50.00", at="2019-04-10")
            .paid("P1", application_id="A1", amount="50.00"),
        ),
        explained("a run that pays everybody a difference", once.paid("P1", application_id="A1", run_id="R9")),
    ),
)
