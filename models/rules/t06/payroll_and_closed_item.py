"""A person on the public payroll draws an item that is closed to them."""

from __future__ import annotations

from features._world import world
from features.person.days_on_public_payroll import days_on_public_payroll
from features.program.is_closed_to_public_payroll import is_closed_to_public_payroll
from features.program.is_means_tested_allowance_of_household import is_means_tested_allowance_of_household
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

hired = world().event("P3", "public_payroll_start", on="2018-04-01", recorded="2018-05-01")

RULE = Rule(
    code="T06.payroll_and_closed_item",
    title=("Public payroll and an item closed to it", "财政供养人员领取限制项目"),
    severity="low",
    desk="department",
    suspect_role="household",
    when=(
        (col(days_on_public_payroll) >= setting("T06.days_on_payroll"))
        & col(is_closed_to_public_payroll).is_true()
        & col(is_means_tested_allowance_of_household).is_false()
    ),
    because=(
        "On the public payroll for {days_on_public_payroll} days; the item is closed to them",
        "财政供养{days_on_public_payroll}天，该项目不得享受",
    ),
    blind_to="posts nobody reported",
    next_steps=(
        ("Ask the personnel office whether the person is still employed", "向人社部门核实是否仍在编在岗"),
        ("Make sure it is the same person, not one of the same name", "核实是否同名同姓"),
    ),
    cases=(
        fires("a year on the payroll", hired.paid("P3", "TEKUN", period="2019-04")),
        quiet("hired in the period", hired.paid("P3", "TEKUN", period="2018-04")),
        quiet("an item open to everybody", hired.paid("P3", "PENSION", period="2019-04")),
    ),
)
