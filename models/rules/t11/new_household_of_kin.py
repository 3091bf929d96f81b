"""A household that entered the register shortly before its means-tested application, judged by its own kin."""

from __future__ import annotations

from features._world import world
from features.graph.is_tied_to_chain_official import is_tied_to_chain_official
from features.household.days_household_existed_at_application import days_household_existed_at_application
from features.program.is_means_tested import is_means_tested
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

split = (
    world()
    .change("officials", "official_id", "O1", person_id="P5")
    .add("households", household_id="H9", recorded_at="2018-12-20", category="low_income")
    .add("persons", person_id="P9", household_id="H9", name="吴九", recorded_at="2018-12-21")
    .add(
        "applications",
        application_id="A1",
        applied_on="2019-01-05",
        person_id="P9",
        household_id="H9",
        program_id="DIBAO",
    )
    .add("approvals", stage="village_assessment", official_id="O1")
)
kin = split.add("kinship", person_id="P5", relative_id="P9")

RULE = Rule(
    code="T11.new_household_of_kin",
    title=("Household made before the review, near an official", "审核前新立户且与经办人员有亲属关系"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=(col(days_household_existed_at_application) <= setting("T11.days_before_application"))
    & col(is_means_tested).is_true()
    & col(is_tied_to_chain_official).is_true(),
    because=(
        "The household entered the register {days_household_existed_at_application} days before it applied, and"
        " somebody who handled the application is kin",
        "该户立户{days_household_existed_at_application}天后即申请，经办人员中有其亲属",
    ),
    blind_to="households made long before, and kin the register does not know",
    next_steps=(
        ("Ask why the household was separated and who lives there", "核实分户原因和实际居住情况"),
        ("Read who entered the new household in the register", "核对立户经办人"),
    ),
    cases=(
        fires(
            "a new household of the secretary's kin", kin.paid("P9", "DIBAO", application_id="A1", household_id="H9")
        ),
        quiet("a new household, nobody related", split.paid("P9", "DIBAO", application_id="A1", household_id="H9")),
        quiet(
            "kin, in a household as old as the village's others",
            kin.change("households", "household_id", "H9", recorded_at="2015-01-01T09:00:00").paid(
                "P9", "DIBAO", application_id="A1", household_id="H9"
            ),
        ),
        quiet("an item without means test", kin.paid("P9", "LAND", application_id="A1", household_id="H9")),
    ),
)
