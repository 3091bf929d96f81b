"""The item was paid in another village within a year, and the person is not registered in this one."""

from __future__ import annotations

from features._world import world
from features.disbursement.count_lines_elsewhere_365d import count_lines_elsewhere_365d
from features.disbursement.is_village_unlike_register import is_village_unlike_register
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

home = world().paid("P1", period="2019-03", at="2019-03-20")

RULE = Rule(
    code="T05.newly_paid_elsewhere",
    title=("Paid in another village than before", "在另一村新列名发放"),
    severity="low",
    desk="department",
    suspect_role="household",
    when=(
        col(is_village_unlike_register).is_true() & (col(count_lines_elsewhere_365d) >= setting("T05.lines_elsewhere"))
    ),
    because=(
        (
            "{count_lines_elsewhere_365d} lines of the item in another village within a year; "
            "the person is not registered here"
        ),
        "一年内在其他村同项发放{count_lines_elsewhere_365d}笔，且非登记村",
    ),
    blind_to="people registered twice",
    next_steps=(
        ("Ask both villages who lists the person", "向两村核实列名情况"),
        ("Read the register for a move", "查询户籍迁移"),
    ),
    cases=(
        fires("the other village paid last month", home.paid("P1", division_code="519901102001")),
        quiet(
            "moved, and the register knows",
            home.add("persons", person_id="P1", division_code="519901102001", recorded_at="2019-04-01").paid(
                "P1", division_code="519901102001"
            ),
        ),
        quiet("at home", home.paid("P1")),
    ),
)
