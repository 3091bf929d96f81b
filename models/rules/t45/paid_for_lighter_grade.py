"""The amount is the rate of a lighter grade than the certificate has."""

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
    code="T45.paid_for_lighter_grade",
    title=("Paid for a lighter grade", "按更低等级发放"),
    severity="middle",
    desk="owed",
    suspect_role="department",
    when=(col(yuan_against_certificate_grade) < 0) & col(yuan_off_rate).is_(0),
    because=(
        "{yuan_against_certificate_grade} yuan against the rate of the certificate grade",
        "与证件等级标准相差{yuan_against_certificate_grade}元",
    ),
    blind_to="people whose certificate nobody recorded",
    next_steps=(
        ("Compare certificate and list", "比对证件与发放名单"),
        ("Ask the person whether a part was declined", "核实本人是否放弃部分待遇"),
    ),
    cases=(
        fires("grade 1 paid as grade 2", heavy.paid("P3", "DISABLED", amount="50.00")),
        quiet("as its grade", heavy.paid("P3", "DISABLED", amount="80.00")),
        quiet("a lawful deduction: no grade has this rate", heavy.paid("P3", "DISABLED", amount="70.00")),
    ),
)
