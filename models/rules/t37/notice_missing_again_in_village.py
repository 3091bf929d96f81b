"""The list was missing or cut short, in a village where that happens far more often than in the county."""

from __future__ import annotations

from features._world import World, world
from features.disbursement.share_posted_of_required_days import share_posted_of_required_days
from features.division.count_village_unposted_730d import count_village_unposted_730d
from features.division.ratio_village_unposted_to_county_730d import ratio_village_unposted_to_county_730d
from features.division.share_village_item_unposted_730d import share_village_item_unposted_730d
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet


def village(unposted: int, posted_elsewhere: int) -> World:
    """Applications paid without a list in the first village, and with one in the third."""
    made = world()
    for number in range(posted_elsewhere):
        made = (
            made.add("applications", application_id=f"B{number}", program_id="LAND", person_id="P6")
            .add("notices", application_id=f"B{number}", posted_from="2019-02-01", posted_to="2019-02-10")
            .paid("P6", "LAND", application_id=f"B{number}")
        )
    for number in range(unposted):
        made = made.add("applications", application_id=f"A{number}", program_id="LAND").paid(
            "P1", "LAND", application_id=f"A{number}"
        )
    return made


RULE = Rule(
    code="T37.notice_missing_again_in_village",
    title=("Notice missing, as often in this village", "本村多次未按规定公示"),
    severity="middle",
    desk="discipline",
    suspect_role="official",
    when=(col(share_posted_of_required_days) <= setting("T37.share_of_required_days"))
    & (col(count_village_unposted_730d) >= setting("T37.others_unposted"))
    & (col(ratio_village_unposted_to_county_730d) >= setting("T37.village_to_county")),
    unless=(
        Unless(
            "the village enters no notices for this item at all: what is missing is the record",
            "本村该项目公示普遍未录入，属记录缺失",
            (col(share_village_item_unposted_730d) >= setting("T37.share_never_entered"))
            & (col(count_village_unposted_730d) >= setting("T37.many_unposted")),
        ),
    ),
    because=(
        "No proper notice; {count_village_unposted_730d} other applications of the village had none in two years,"
        " {ratio_village_unposted_to_county_730d} times the county's share",
        "未按规定公示；两年内本村另有{count_village_unposted_730d}件如此，占比是全县的{ratio_village_unposted_to_county_730d}倍",
    ),
    authority="Notice days of the item in the public catalogue",
    blind_to="counties where most villages do not enter their notices",
    next_steps=(
        ("Ask the village for photographs of the posted lists", "调取本村公示照片"),
        ("Read the village meeting's minutes for these households", "核对这些农户的评议会议记录"),
    ),
    cases=(
        fires("six of six here, none of eighty elsewhere", village(6, 80)),
        explained("sixty of sixty here: they are not entered", village(60, 900)),
        quiet("a single omission", village(1, 80)),
        quiet(
            "the list was posted",
            village(6, 80)
            .add("applications", application_id="A9", program_id="LAND")
            .add("notices", application_id="A9", posted_from="2019-02-01", posted_to="2019-02-10")
            .paid("P1", "LAND", application_id="A9"),
        ),
        quiet("a county that enters few notices", village(6, 0)),
    ),
)
