"""A member of a household on a means-tested allowance closed to the public payroll is on it."""

from __future__ import annotations

from features._world import world
from features.household.is_payroll_in_household import is_payroll_in_household
from features.program.is_closed_to_public_payroll import is_closed_to_public_payroll
from features.program.is_means_tested_allowance_of_household import is_means_tested_allowance_of_household
from models.rules._expression import col
from models.rules._rule import Rule, fires, quiet

hired = world().event("P2", "public_payroll_start", on="2018-01-01", source="personnel")

RULE = Rule(
    code="T06.member_on_payroll",
    title=("Household with a public salary", "户内有财政供养人员领取低收入补助"),
    severity="middle",
    desk="department",
    suspect_role="household",
    when=(
        col(is_payroll_in_household).is_true()
        & col(is_closed_to_public_payroll).is_true()
        & col(is_means_tested_allowance_of_household).is_true()
    ),
    because=(
        "Another member of the household is on the public payroll",
        "户内其他成员为财政供养人员",
    ),
    blind_to="members registered elsewhere",
    next_steps=(
        ("Ask the personnel office whether the person is still employed", "向人社部门核实是否仍在编在岗"),
        ("Ask whether the member lives and eats with the household", "核实是否共同生活"),
    ),
    cases=(
        fires("the spouse is", hired.paid("P1", "DIBAO")),
        quiet("land is lawful", hired.paid("P1", "LAND")),
        quiet("the spouse left the post", hired.event("P2", "public_payroll_end", on="2019-01-01").paid("P1", "DIBAO")),
    ),
)
