"""One official number passed stages of the village and above it, most of the chain, whatever the time between."""

from __future__ import annotations

from features._world import world
from features.disbursement.count_reviewer_approvals_around import count_reviewer_approvals_around
from features.disbursement.count_stages_in_one_hand import count_stages_in_one_hand
from features.disbursement.is_same_official_across_levels import is_same_official_across_levels
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

applied = (
    world()
    .add("applications", application_id="A1", program_id="RELIEF")
    .add("approvals", stage="household_report", official_id="O2", at="2019-01-09T10:00:00")
    .add("approvals", stage="village_assessment", official_id="O2", at="2019-01-10T10:00:00")
)
week_later = applied.add("approvals", stage="township_review", official_id="O2", at="2019-01-17T10:02:00")
batch = week_later
for number in range(2, 30):
    batch = batch.add(
        "approvals",
        application_id=f"A{number}",
        stage="township_review",
        official_id="O2",
        at=f"2019-01-17T10:02:{number:02d}",
    )

RULE = Rule(
    code="T33.one_hand_in_two_levels",
    title=("One post in village and township stages", "同一账号跨村级与上级经办"),
    severity="low",
    desk="discipline",
    suspect_role="official",
    when=col(is_same_official_across_levels).is_true()
    & (col(count_stages_in_one_hand) >= setting("T33.stages_in_one_hand")),
    unless=(
        Unless(
            "entered in one batch with many others",
            "与多笔申报同批导入",
            col(count_reviewer_approvals_around) >= setting("T33.batch_stages"),
        ),
    ),
    because=(
        "The same official number passed {count_stages_in_one_hand} stages, in the village and above it",
        "同一经办账号办理{count_stages_in_one_hand}个环节，跨村级与上级",
    ),
    blind_to="two people who share one login, and clerks who lawfully stand in for a vacant village post",
    next_steps=(
        ("Ask whether the village post was vacant, and who knew of the stand-in", "核实村级岗位是否空缺及代办手续"),
        ("Call the household: was it visited, and by whom", "电话核实是否入户及入户人员"),
    ),
    cases=(
        fires("a week apart", week_later.paid("P3", "RELIEF", application_id="A1")),
        explained("one of a batch import", batch.paid("P3", "RELIEF", application_id="A1")),
        quiet(
            "another hand reviewed",
            applied.add("approvals", stage="township_review", official_id="O5", at="2019-01-17T10:02:00").paid(
                "P3", "RELIEF", application_id="A1"
            ),
        ),
    ),
)
