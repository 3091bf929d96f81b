"""The certificate is of a lighter grade than the item asks for."""

from __future__ import annotations

from features._world import world
from features.person.count_grades_too_light import count_grades_too_light
from models.rules._expression import col
from models.rules._rule import Rule, fires, quiet

RULE = Rule(
    code="T10.grade_too_light",
    title=("Certificate of a grade too light", "证件等级不符"),
    severity="middle",
    desk="department",
    suspect_role="household",
    when=col(count_grades_too_light) >= 1,
    because=(
        "The certificate is {count_grades_too_light} grade(s) short",
        "证件等级低{count_grades_too_light}级",
    ),
    blind_to="grades raised on purpose",
    next_steps=(
        ("Ask the issuing body whether a renewal is under way", "向发证部门核实是否在办理换证"),
        ("Read the certificate", "核对证件原件"),
    ),
    cases=(
        fires(
            "grade 4 where 2 is the lightest",
            world().add("certificates", person_id="P3", grade=4).paid("P3", "DISABLED"),
        ),
        quiet(
            "regraded, with effect for the period",
            world()
            .add("certificates", person_id="P3", grade=4)
            .add("certificates", person_id="P3", grade=2, valid_from="2019-01-01", recorded_at="2019-04-01")
            .paid("P3", "DISABLED"),
        ),
        quiet("grade 1", world().add("certificates", person_id="P3", grade=1).paid("P3", "DISABLED")),
    ),
)
