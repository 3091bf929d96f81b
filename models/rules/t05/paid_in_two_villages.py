"""Two villages pay one person the same item for one period, and the person is not registered in this one."""

from __future__ import annotations

from features._world import world
from features.disbursement.count_periods_in_two_villages_365d import count_periods_in_two_villages_365d
from features.disbursement.is_village_unlike_register import is_village_unlike_register
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

home = world().paid("P1", period="2019-04", at="2019-04-18")

RULE = Rule(
    code="T05.paid_in_two_villages",
    title=("Paid in two villages", "同一人在两村领取"),
    severity="high",
    desk="department",
    suspect_role="household",
    when=(
        col(is_village_unlike_register).is_true()
        & (col(count_periods_in_two_villages_365d) >= setting("T05.periods_in_two"))
    ),
    because=(
        (
            "{count_periods_in_two_villages_365d} period(s) within a year paid in two villages; "
            "the person is not registered here"
        ),
        "一年内{count_periods_in_two_villages_365d}期在两村同时发放，且非登记村",
    ),
    blind_to="people registered twice",
    next_steps=(
        ("Ask both villages who lists the person", "向两村核实列名情况"),
        ("Read the register for a move", "查询户籍迁移"),
    ),
    cases=(
        fires("both villages pay April", home.paid("P1", division_code="519901102001")),
        quiet(
            "moved: April there, May here",
            home.paid("P1", period="2019-05", at="2019-05-20", division_code="519901102001"),
        ),
        quiet("another item elsewhere", home.paid("P1", "LAND", division_code="519901102001")),
        quiet("at home", home.paid("P1")),
    ),
)
