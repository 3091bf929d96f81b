"""Several people registered in one village stand together on another village's list."""

from __future__ import annotations

from features._world import World, world
from features.division.count_lines_of_payees_village_in_list import count_lines_of_payees_village_in_list
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet


def listed(*villages: str) -> World:
    """A list of the third village with one person registered in each of these villages."""
    made = world()
    for number, village in enumerate(villages):
        made = made.add("persons", person_id=f"N{number}", household_id=f"HN{number}", division_code=village).paid(
            f"N{number}", run_id="R1", division_code="519901102001", card_id=f"CN{number}"
        )
    return made


FIRST, SECOND, THIRD = "519901101001", "519901101002", "519901102001"

RULE = Rule(
    code="T34.people_of_one_village_on_anothers_list",
    title=("People of one village on another's list", "同一外村多人列入本村名单"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=col(count_lines_of_payees_village_in_list) >= setting("T34.people_of_one_village"),
    because=(
        "{count_lines_of_payees_village_in_list} people of this list are registered in one and the same other village",
        "本名单有{count_lines_of_payees_village_in_list}人户籍同属另一村",
    ),
    blind_to="lists copied from several villages, one or two people each",
    next_steps=(
        ("Lay the lists of both villages side by side", "逐行比对两村名单"),
        ("Ask the people named whether they live here", "核实名单人员是否在本村居住"),
    ),
    cases=(
        fires("six people of one other village", listed(FIRST, FIRST, FIRST, FIRST, FIRST, FIRST)),
        quiet("a family that moved", listed(FIRST, FIRST)),
        quiet("people of this village", listed(THIRD, THIRD, THIRD, THIRD, THIRD, THIRD)),
        quiet(
            "the village merged into this one",
            listed(FIRST, FIRST, FIRST, FIRST, FIRST, FIRST).change(
                "divisions", "division_code", FIRST, valid_to="2018-06-30", successor_code=THIRD
            ),
        ),
    ),
)
