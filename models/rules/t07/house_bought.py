"""A household on a means-tested allowance bought a house within the year before the period."""

from __future__ import annotations

from features._world import world
from features.household.days_since_house_acquired import days_since_house_acquired
from features.program.is_means_tested_allowance_of_household import is_means_tested_allowance_of_household
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

owned = world().event("P2", "house_bought", on="2019-01-01", recorded="2019-01-20")

RULE = Rule(
    code="T07.house_bought",
    title=("House bought while on a means test", "低收入补助期间购房"),
    severity="high",
    desk="department",
    suspect_role="household",
    when=(
        col(is_means_tested_allowance_of_household).is_true()
        & (col(days_since_house_acquired) <= setting("T07.days_recent"))
    ),
    because=(
        "The household acquired a house {days_since_house_acquired} days before the period",
        "所属期前{days_since_house_acquired}天该户购房",
    ),
    blind_to="houses bought in other names",
    next_steps=(
        ("Read the record of the purchase", "核对购置登记"),
        ("Visit the household", "入户核查家庭经济状况"),
    ),
    cases=(
        fires("bought in January", owned.paid("P1", "DIBAO", period="2019-04")),
        quiet(
            "bought long ago",
            world().event("P2", "house_bought", on="2010-01-01").paid("P1", "DIBAO", period="2019-04"),
        ),
        quiet("arrears for the time before", owned.paid("P1", "DIBAO", period="2018-12")),
        quiet("emergency relief", owned.paid("P1", "RELIEF")),
    ),
)
