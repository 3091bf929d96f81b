"""The line stands in a block of names that another township's roster has too, and the payee is not from here."""

from __future__ import annotations

from features.disbursement.is_village_unlike_register import is_village_unlike_register
from features.division.count_lines_copied_in_list import count_lines_copied_in_list
from features.division.is_in_block_copied_across_townships import FIRST, OTHER, SECOND, rosters
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

NAMES = "甲乙丙丁戊己庚"

RULE = Rule(
    code="T34.block_copied_across_townships",
    title=("Roster block copied from another township", "名单片段照搬其他乡镇"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=(col(count_lines_copied_in_list) >= setting("T34.lines_copied"))
    & (col(is_village_unlike_register).is_true() | col(is_village_unlike_register).is_null()),
    because=(
        "{count_lines_copied_in_list} lines of this list stand in the same order on another township's list, and this"
        " payee is not registered here",
        "本名单有{count_lines_copied_in_list}行与其他乡镇名单顺序一致，且该收款人户籍不在本村",
    ),
    blind_to="copies whose order was changed",
    next_steps=(
        ("Lay both lists side by side", "逐行比对两份名单"),
        ("Ask the people named whether they live here", "核实名单人员是否在本村居住"),
    ),
    cases=(
        fires("seven names of another township", rosters((OTHER, NAMES, "2019-04-18"), (FIRST, NAMES, "2019-04-20"))),
        quiet(
            "last year's list carried over in the township",
            rosters((SECOND, NAMES, "2018-04-18"), (FIRST, NAMES, "2019-04-20")),
        ),
        quiet(
            "the list that was copied: its people are registered here",
            rosters((OTHER, NAMES, "2019-04-18"), (FIRST, NAMES, "2019-04-20")).add("persons", person_id="庚1"),
        ),
    ),
)
