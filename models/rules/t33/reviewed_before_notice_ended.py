"""The township reviewed the application days before the posted list had hung for its time."""

from __future__ import annotations

from features._world import world
from features.disbursement.count_reviewer_approvals_around import count_reviewer_approvals_around
from features.disbursement.days_reviewed_before_notice_ended import days_reviewed_before_notice_ended
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

posted = (
    world()
    .add("applications", application_id="A1", program_id="RELIEF")
    .add("notices", posted_from="2019-01-11", posted_to="2019-01-18")
)
early = posted.add("approvals", stage="township_review", official_id="O2", at="2019-01-11T10:00:00")
batch = early
for number in range(2, 30):
    batch = batch.add(
        "approvals",
        application_id=f"A{number}",
        stage="township_review",
        official_id="O2",
        at=f"2019-01-11T10:00:{number:02d}",
    )

RULE = Rule(
    code="T33.reviewed_before_notice_ended",
    title=("Reviewed before the notice ended", "公示期未满即审核"),
    severity="middle",
    desk="discipline",
    suspect_role="official",
    when=col(days_reviewed_before_notice_ended) >= setting("T33.days_before_notice_ended"),
    unless=(
        Unless(
            "entered in one batch with many others",
            "与多笔申报同批导入",
            col(count_reviewer_approvals_around) >= setting("T33.batch_stages"),
        ),
    ),
    because=(
        "Reviewed {days_reviewed_before_notice_ended} days before the posted list had hung for its time",
        "在公示期满前{days_reviewed_before_notice_ended}天即通过审核",
    ),
    blind_to="lists posted on paper only, and posting dates entered afterwards",
    next_steps=(
        ("Look for a photograph of the posted list", "核对公示照片"),
        ("Ask the reviewer why the review could not wait", "询问审核人提前审核的原因"),
    ),
    cases=(
        fires("reviewed on the day it was posted", early.paid("P3", "RELIEF", application_id="A1")),
        explained("one of a batch import", batch.paid("P3", "RELIEF", application_id="A1")),
        quiet(
            "reviewed in the morning of the last day",
            posted.add("approvals", stage="township_review", official_id="O2", at="2019-01-18T09:00:00").paid(
                "P3", "RELIEF", application_id="A1"
            ),
        ),
        quiet(
            "reviewed after it ended",
            posted.add("approvals", stage="township_review", official_id="O2", at="2019-01-20T09:00:00").paid(
                "P3", "RELIEF", application_id="A1"
            ),
        ),
    ),
)
