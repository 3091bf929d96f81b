"""Funds lay far longer than the item's limit before pay-day."""

from __future__ import annotations

from features._world import world
from features.run.count_lines_of_run_handed_in_3d import count_lines_of_run_handed_in_3d
from features.run.days_from_funds_to_payday import days_from_funds_to_payday
from features.run.days_handed_in_after_planned import days_handed_in_after_planned
from features.run.ratio_funds_to_payday_to_limit import ratio_funds_to_payday_to_limit
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

run = world().add(
    "payment_runs", run_id="R7", program_id="RELIEF", funds_received_on="2019-02-15", planned_on="2019-06-22"
)
soon = world().add(
    "payment_runs", run_id="R7", program_id="RELIEF", funds_received_on="2019-06-08", planned_on="2019-06-22"
)
disputed = run.add("applications", application_id="A1").add(
    "approvals", stage="finance_release", official_id="O4", at="2019-06-15T09:00:00"
)

RULE = Rule(
    code="T39.funds_waited_beyond_limit",
    title=("Funds waited far beyond the limit", "资金到位后长期滞留"),
    severity="high",
    desk="owed",
    suspect_role="department",
    when=col(ratio_funds_to_payday_to_limit) >= setting("T39.times_the_limit"),
    unless=(
        Unless(
            "a single line handed in after the planned pay-day: it was in dispute, the run was not",
            "计划发放日之后单笔补报：属个别争议，非整批滞留",
            (col(days_handed_in_after_planned) > 0)
            & (col(count_lines_of_run_handed_in_3d) <= setting("T39.lone_lines")),
        ),
    ),
    because=(
        "{days_from_funds_to_payday} days from funds to pay-day, {ratio_funds_to_payday_to_limit} times the item's"
        " limit",
        "资金到位到发放共{days_from_funds_to_payday}天，为规定时限的{ratio_funds_to_payday_to_limit}倍",
    ),
    authority="Release limit of the item in the public catalogue",
    blind_to="funds that the finance bureau received and did not enter",
    next_steps=(
        ("Ask the department what the list waited for", "向主管部门了解名单滞留原因"),
        ("Check when the allocation reached the county", "核对指标文件到达时间"),
    ),
    cases=(
        fires("four months for a limit of ten days", run.paid("P1", "RELIEF", at="2019-06-19", run_id="R7")),
        fires(
            "planned in time, the township's part handed in four months later",
            soon.paid("P3", "RELIEF", at="2019-10-19", run_id="R7").paid("P1", "RELIEF", at="2019-10-19", run_id="R7"),
        ),
        explained(
            "one line of the run handed in late",
            soon.paid("P3", "RELIEF", at="2019-06-19", run_id="R7").paid("P1", "RELIEF", at="2019-08-19", run_id="R7"),
        ),
        quiet("a few days over: a cut-off or a holiday", soon.paid("P1", "RELIEF", at="2019-06-19", run_id="R7")),
        quiet(
            "the list was disputed and only released a week before pay-day",
            disputed.paid("P1", "RELIEF", at="2019-06-19", run_id="R7", application_id="A1"),
        ),
        quiet("an item without a limit", run.paid("P1", at="2019-06-19", run_id="R7")),
    ),
    shows=(days_from_funds_to_payday,),
)
