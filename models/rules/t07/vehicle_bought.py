"""A household on a means-tested allowance bought a vehicle within the year before the period."""

from __future__ import annotations

from features._world import world
from features.household.days_since_vehicle_acquired import days_since_vehicle_acquired
from features.household.is_disability_in_household import is_disability_in_household
from features.program.is_means_tested_allowance_of_household import is_means_tested_allowance_of_household
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

owned = world().event("P2", "vehicle_bought", on="2019-01-01", recorded="2019-01-20")

RULE = Rule(
    code="T07.vehicle_bought",
    title=("Vehicle bought while on a means test", "低收入补助期间购车"),
    severity="middle",
    desk="department",
    suspect_role="household",
    when=(
        col(is_means_tested_allowance_of_household).is_true()
        & (col(days_since_vehicle_acquired) <= setting("T07.days_recent"))
    ),
    unless=(
        Unless(
            "a member of the household is disabled: the vehicle may be adapted",
            "户内有残疾人，可能为改装代步车",
            col(is_disability_in_household).is_true(),
        ),
    ),
    because=(
        "The household acquired a vehicle {days_since_vehicle_acquired} days before the period",
        "所属期前{days_since_vehicle_acquired}天该户购车",
    ),
    blind_to="vehicles in other names; a vehicle already scrapped is not told",
    next_steps=(
        ("Read the record of the purchase", "核对购置登记"),
        ("Visit the household", "入户核查家庭经济状况"),
    ),
    cases=(
        fires("bought in January", owned.paid("P1", "DIBAO", period="2019-04")),
        quiet(
            "an old vehicle, perhaps scrapped",
            world().event("P2", "vehicle_bought", on="2010-01-01").paid("P1", "DIBAO", period="2019-04"),
        ),
        explained(
            "an adapted vehicle", owned.add("certificates", person_id="P2").paid("P1", "DIBAO", period="2019-04")
        ),
    ),
)
