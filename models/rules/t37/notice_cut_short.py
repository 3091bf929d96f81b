"""The list hung for a fraction of the required days, and no later list made up for it."""

from __future__ import annotations

from features._world import world
from features.disbursement.share_posted_of_required_days import share_posted_of_required_days
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

applied = world().add("applications", application_id="A1", program_id="LAND")
short = applied.add("notices", posted_from="2019-05-11", posted_to="2019-05-12")

RULE = Rule(
    code="T37.notice_cut_short",
    title=("Posted for a fraction of the required days", "公示时间严重不足"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=(col(share_posted_of_required_days) > 0)
    & (col(share_posted_of_required_days) <= setting("T37.share_of_required_days")),
    because=(
        "Posted for {share_posted_of_required_days} of the days the item requires",
        "公示天数仅为规定的{share_posted_of_required_days}",
    ),
    authority="Notice days of the item in the public catalogue",
    blind_to="lists that hung longer than was entered",
    next_steps=(
        ("Look for a photograph of the posted list", "核对公示照片"),
        ("Ask three households whether they saw the list", "走访三户核实是否见到公示"),
    ),
    cases=(
        fires("one day of seven", short.paid("P1", "LAND", at="2019-07-20", application_id="A1")),
        quiet(
            "corrected by minute and posted again for its full time",
            short.add("notices", posted_from="2019-05-14", posted_to="2019-05-22").paid(
                "P1", "LAND", at="2019-07-20", application_id="A1"
            ),
        ),
        quiet(
            "a day missing",
            applied.add("notices", posted_from="2019-05-11", posted_to="2019-05-17").paid(
                "P1", "LAND", at="2019-07-20", application_id="A1"
            ),
        ),
    ),
)
