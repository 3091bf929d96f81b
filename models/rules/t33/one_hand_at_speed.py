"""One hand passed the application in the village and above it within minutes."""

from __future__ import annotations

from features._world import world
from features.disbursement.count_reviewer_approvals_around import count_reviewer_approvals_around
from features.disbursement.is_same_hand_across_levels import is_same_hand_across_levels
from features.disbursement.seconds_from_assessment_to_review import seconds_from_assessment_to_review
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

applied = (
    world()
    .add("applications", application_id="A1", program_id="RELIEF")
    .add("approvals", stage="village_assessment", official_id="O2", at="2019-01-10T10:00:00")
)
at_once = applied.add("approvals", stage="township_review", official_id="O2", at="2019-01-10T10:02:00")
batch = at_once
for number in range(2, 30):
    batch = batch.add(
        "approvals",
        application_id=f"A{number}",
        stage="township_review",
        official_id="O2",
        at=f"2019-01-10T10:02:{number:02d}",
    )

RULE = Rule(
    code="T33.one_hand_at_speed",
    title=("One hand in village and township stages, minutes apart", "村评与乡审同一人经办且间隔极短"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=col(is_same_hand_across_levels).is_true()
    & (col(seconds_from_assessment_to_review) <= setting("T33.seconds_between_levels")),
    unless=(
        Unless(
            "entered in one batch with many others",
            "与多笔申报同批导入",
            col(count_reviewer_approvals_around) >= setting("T33.batch_stages"),
        ),
    ),
    because=(
        "The same person passed village assessment and township review, {seconds_from_assessment_to_review} seconds"
        " apart",
        "同一人经办村评和乡审，间隔仅{seconds_from_assessment_to_review}秒",
    ),
    blind_to="two people who share one login, or one who signs for another",
    next_steps=(
        ("Ask who was logged in at the township terminal that day", "核对当日乡镇终端登录人员"),
        ("Call the household: was it visited, and by whom", "电话核实是否入户及入户人员"),
    ),
    cases=(
        fires("two stages in two minutes", at_once.paid("P3", "RELIEF", application_id="A1")),
        explained("one of a batch import", batch.paid("P3", "RELIEF", application_id="A1")),
        quiet(
            "another hand reviewed",
            applied.add("approvals", stage="township_review", official_id="O5", at="2019-01-10T10:02:00").paid(
                "P3", "RELIEF", application_id="A1"
            ),
        ),
        quiet(
            "the clerk stands in for a vacant village post, reviewed a week later",
            applied.add("approvals", stage="township_review", official_id="O2", at="2019-01-17T10:02:00").paid(
                "P3", "RELIEF", application_id="A1"
            ),
        ),
    ),
)
