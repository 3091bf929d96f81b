"""Paid on the list of a village where the person neither applied nor is registered."""

from __future__ import annotations

from features._world import world
from features.disbursement.is_village_unlike_application import is_village_unlike_application
from features.disbursement.is_village_unlike_register import is_village_unlike_register
from models.rules._expression import col
from models.rules._rule import Rule, fires, quiet

applied = world().add("applications", application_id="A1")

RULE = Rule(
    code="T05.paid_where_nobody_applied",
    title=("On the list of a village that is not theirs", "在非申报且非登记村发放"),
    severity="middle",
    desk="department",
    suspect_role="household",
    when=col(is_village_unlike_application).is_true() & col(is_village_unlike_register).is_true(),
    because=(
        "Paid in a village where the person neither applied nor is registered",
        "发放村既非申报村也非登记村",
    ),
    blind_to="people registered wherever they are paid",
    next_steps=(
        ("Compare the lists of both villages", "比对两村名单"),
        ("Ask the preparer where the line came from", "询问经办人该行来源"),
    ),
    cases=(
        fires(
            "a line copied to another township", applied.paid("P1", application_id="A1", division_code="519901102001")
        ),
        quiet(
            "moved, and the register knows",
            applied.add("persons", person_id="P1", division_code="519901102001", recorded_at="2019-03-01").paid(
                "P1", application_id="A1", division_code="519901102001"
            ),
        ),
        quiet(
            "the village merged into another",
            applied.change("divisions", "division_code", "519901101001", successor_code="519901101002").paid(
                "P1", application_id="A1", division_code="519901101002"
            ),
        ),
        quiet("at home", applied.paid("P1", application_id="A1")),
    ),
)
