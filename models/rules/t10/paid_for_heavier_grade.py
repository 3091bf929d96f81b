"""The amount is the rate of a heavier grade than the certificate has."""

from __future__ import annotations

from features._world import world
from features.disbursement.yuan_against_certificate_grade import yuan_against_certificate_grade
from features.disbursement.yuan_off_rate import yuan_off_rate
from models.rules._expression import col
from models.rules._rule import Rule, fires, quiet

graded = (
    world()
    .change("program_rates", "program_id", "DISABLED", grade=1, rate="80.00")
    .add("program_rates", program_id="DISABLED", grade=2, rate="50.00")
)
heavy = graded.add("certificates", person_id="P3", grade=1)
light = graded.add("certificates", person_id="P3", grade=2)

RULE = Rule(
    code="T10.paid_for_heavier_grade",
    title=("Paid for a heavier grade", "按更高等级发放"),
    severity="middle",
    desk="department",
    suspect_role="household",
    when=(col(yuan_against_certificate_grade) > 0) & col(yuan_off_rate).is_(0),
    because=(
        "{yuan_against_certificate_grade} yuan above the rate of the certificate grade",
        "高于证件等级标准{yuan_against_certificate_grade}元",
    ),
    blind_to="grades raised on purpose",
    next_steps=(
        ("Ask the issuing body whether a renewal is under way", "向发证部门核实是否在办理换证"),
        ("Read the certificate", "核对证件原件"),
    ),
    cases=(
        fires("grade 2 paid as grade 1", light.paid("P3", "DISABLED", amount="80.00")),
        quiet("as its grade", light.paid("P3", "DISABLED", amount="50.00")),
        quiet(
            "regraded, with effect for the period",
            light.add("certificates", person_id="P3", grade=1, valid_from="2019-01-01", recorded_at="2019-04-01").paid(
                "P3", "DISABLED", amount="80.00"
            ),
        ),
    ),
)
