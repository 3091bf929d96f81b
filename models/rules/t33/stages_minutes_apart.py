"""Village assessment and township review were minutes apart, outside any batch."""

from __future__ import annotations

from features._world import world
from features.disbursement.count_reviewer_approvals_around import count_reviewer_approvals_around
from features.disbursement.seconds_from_assessment_to_review import seconds_from_assessment_to_review
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

applied = (
    world()
    .add("applications", application_id="A1", program_id="RELIEF")
    .add("approvals", stage="village_assessment", official_id="O1", at="2019-01-10T10:00:00")
)
at_once = applied.add("approvals", stage="township_review", official_id="O2", at="2019-01-10T10:02:00")
eve = at_once
for number in range(2, 30):
    eve = eve.add(
        "approvals",
        application_id=f"A{number}",
        stage="township_review",
        official_id="O2",
        at=f"2019-01-10T10:02:{number:02d}",
    )

RULE = Rule(
    code="T33.stages_minutes_apart",
    title=("Assessment and review minutes apart", "村评与乡审间隔极短"),
    severity="middle",
    desk="discipline",
    suspect_role="official",
    when=(col(seconds_from_assessment_to_review) >= 0)
    & (col(seconds_from_assessment_to_review) <= setting("T33.seconds_between_levels")),
    unless=(
        Unless(
            "one of many on the eve of a deadline, or of a batch import",
            "截止前集中审核或批量导入",
            col(count_reviewer_approvals_around) >= setting("T33.batch_stages"),
        ),
    ),
    because=(
        "The township reviewed it {seconds_from_assessment_to_review} seconds after the village had assessed it",
        "村评后{seconds_from_assessment_to_review}秒即通过乡审",
    ),
    blind_to="stages entered in the platform long after they took place",
    next_steps=(
        ("Ask the reviewer what was read in that time", "询问审核人审核内容"),
        ("Check whether the list was posted at all", "核对是否公示"),
    ),
    cases=(
        fires("two minutes", at_once.paid("P3", "RELIEF", application_id="A1")),
        explained("the eve of a deadline", eve.paid("P3", "RELIEF", application_id="A1")),
        quiet(
            "ten days",
            applied.add("approvals", stage="township_review", official_id="O2", at="2019-01-20T10:00:00").paid(
                "P3", "RELIEF", application_id="A1"
            ),
        ),
        quiet("not reviewed yet", applied.paid("P3", "RELIEF", application_id="A1")),
    ),
)
