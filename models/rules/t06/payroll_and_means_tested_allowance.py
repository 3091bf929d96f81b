"""A person on the public payroll draws the means-tested allowance of a household."""

from __future__ import annotations

from features._world import world
from features.person.days_on_public_payroll import days_on_public_payroll
from features.program.is_closed_to_public_payroll import is_closed_to_public_payroll
from features.program.is_means_tested_allowance_of_household import is_means_tested_allowance_of_household
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

hired = world().event("P3", "public_payroll_start", on="2018-04-01", recorded="2018-05-01")

RULE = Rule(
    code="T06.payroll_and_means_tested_allowance",
    title=("Public payroll and minimum allowance", "财政供养人员领取低收入补助"),
    severity="high",
    desk="department",
    suspect_role="household",
    when=(
        (col(days_on_public_payroll) >= setting("T06.days_on_payroll"))
        & col(is_closed_to_public_payroll).is_true()
        & col(is_means_tested_allowance_of_household).is_true()
    ),
    because=(
        "On the public payroll for {days_on_public_payroll} days when the period began",
        "所属期开始时已为财政供养人员{days_on_public_payroll}天",
    ),
    blind_to="posts nobody reported, and members of the household on the payroll",
    next_steps=(
        ("Ask the personnel office whether the person is still employed", "向人社部门核实是否仍在编在岗"),
        ("Make sure it is the same person, not one of the same name", "核实是否同名同姓"),
    ),
    cases=(
        fires("a year on the payroll", hired.paid("P3", "DIBAO", period="2019-04")),
        quiet("left the post before", hired.event("P3", "public_payroll_end", on="2019-01-31").paid("P3", "DIBAO")),
        quiet("arrears for the time before", hired.paid("P3", "DIBAO", period="2018-03")),
        quiet("land is lawful", hired.paid("P3", "LAND")),
    ),
)
