"""Several lines of a village list belong to people who applied in another village, this person among them."""

from __future__ import annotations

from features._world import world
from features.disbursement.count_lines_from_elsewhere_in_list import count_lines_from_elsewhere_in_list
from features.disbursement.is_village_unlike_application import is_village_unlike_application
from features.disbursement.is_village_unlike_register import is_village_unlike_register
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

applied = world()
for number in (1, 2, 3):
    applied = applied.add("applications", application_id=f"A{number}", person_id=f"P{number}")
copied = applied
for number in (1, 2, 3):
    copied = copied.paid(f"P{number}", application_id=f"A{number}", division_code="519901102001")

RULE = Rule(
    code="T05.list_copied_from_elsewhere",
    title=("A list copied from another village", "名单整段来自外村"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=(
        col(is_village_unlike_application).is_true()
        & col(is_village_unlike_register).is_true()
        & (col(count_lines_from_elsewhere_in_list) >= setting("T05.lines_copied"))
    ),
    because=(
        "{count_lines_from_elsewhere_in_list} lines of this list were applied for in another village",
        "本村名单中{count_lines_from_elsewhere_in_list}笔为外村申报",
    ),
    blind_to="lists copied within one village",
    next_steps=(
        ("Lay both lists side by side", "逐行比对两村名单"),
        ("Ask the preparer where the lines came from", "询问经办人名单来源"),
    ),
    cases=(
        fires("three lines copied", copied),
        quiet("one who moved", applied.paid("P1", application_id="A1", division_code="519901102001")),
        quiet(
            "the village merged into another",
            copied.change("divisions", "division_code", "519901101001", successor_code="519901102001"),
        ),
    ),
)
