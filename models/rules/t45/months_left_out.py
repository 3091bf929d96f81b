"""A person on a continuing item was not paid for months, and nothing has made up for it."""

from __future__ import annotations

from features._world import world
from features.disbursement.count_months_unpaid_before import count_months_unpaid_before
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

january = world().paid("P1", period="2019-01", at="2019-01-20")

RULE = Rule(
    code="T45.months_left_out",
    title=("Months left unpaid", "持续项目漏发月份"),
    severity="low",
    desk="owed",
    suspect_role="department",
    when=col(count_months_unpaid_before) >= setting("T45.months_left_out"),
    because=(
        "{count_months_unpaid_before} months before this payment were not paid",
        "此前有{count_months_unpaid_before}个月未发放",
    ),
    blind_to="people never put on the item",
    next_steps=(
        ("Ask the department why the months were left out", "询问主管部门漏发原因"),
        ("Ask the person what was received", "向本人核实实际收到情况"),
    ),
    cases=(
        fires("a quarter left out", january.paid("P1", period="2019-05", at="2019-05-20")),
        quiet("the next month", january.paid("P1", period="2019-02", at="2019-02-20")),
        quiet(
            "made up for at once",
            january.paid("P1", period="2019-02", at="2019-04-20", quantity=3).paid(
                "P1", period="2019-05", at="2019-05-20"
            ),
        ),
    ),
)
