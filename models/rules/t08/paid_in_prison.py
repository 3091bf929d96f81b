"""A person-bound item was paid for months spent wholly in prison."""

from __future__ import annotations

from features._world import world
from features.disbursement.quantity_months_in_prison import quantity_months_in_prison
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

inside = world().event("P3", "imprisoned", on="2019-02-10", recorded="2019-03-01")

RULE = Rule(
    code="T08.paid_in_prison",
    title=("Paid while in prison", "服刑期间仍发放"),
    severity="high",
    desk="department",
    suspect_role="household",
    when=col(quantity_months_in_prison) >= setting("T08.months_in_prison"),
    because=(
        "{quantity_months_in_prison} months paid for time in prison",
        "为服刑期间发放{quantity_months_in_prison}个月",
    ),
    blind_to="sentences nobody reported",
    next_steps=(
        ("Read the justice record and the day of release", "核对司法部门记录及释放日期"),
        ("Ask who drew the money", "核实实际领取人"),
    ),
    cases=(
        fires("two months after the arrest", inside.paid("P3", period="2019-04")),
        quiet("the month of the arrest", inside.paid("P3", at="2019-03-09", period="2019-02")),
        quiet("land of the household", inside.paid("P3", "LAND")),
        quiet("released", inside.event("P3", "released", on="2019-03-20").paid("P3", period="2019-04")),
    ),
)
