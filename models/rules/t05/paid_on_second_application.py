"""One period is paid on two applications of the same person for the same item."""

from __future__ import annotations

from features._world import world
from features.disbursement.is_on_second_application import is_on_second_application
from features.disbursement.quantity_months_over_with_other_lines import quantity_months_over_with_other_lines
from models.rules._expression import col
from models.rules._rule import Rule, fires, quiet

applied = (
    world()
    .add("applications", application_id="A1", applied_on="2018-11-05")
    .add("applications", application_id="A2", applied_on="2018-12-20")
)
two = applied.paid("P1", "OLDAGE", period="2019Q1", quantity=3, application_id="A1")
half = applied.paid("P1", "OLDAGE", period="2019Q1", quantity=2, application_id="A1")

RULE = Rule(
    code="T05.paid_on_second_application",
    title=("Two applications, both paid", "两份申报同期重复发放"),
    severity="high",
    desk="department",
    suspect_role="household",
    when=(col(is_on_second_application).is_true() & (col(quantity_months_over_with_other_lines) >= 1)),
    because=(
        (
            "An earlier application already pays the period; together {quantity_months_over_with_other_lines} "
            "months too many"
        ),
        "同期另有更早申报已发放，合计多发{quantity_months_over_with_other_lines}个月",
    ),
    blind_to="second applications under another number",
    next_steps=(
        ("Read both applications", "核对两份申报"),
        ("Ask both villages who lists the person", "向两村核实列名情况"),
    ),
    cases=(
        fires("both paid for the quarter", two.paid("P1", "OLDAGE", period="2019Q1", quantity=3, application_id="A2")),
        quiet(
            "the line on the first application",
            two.paid("P1", "OLDAGE", period="2019Q1", quantity=3, application_id="A2").about("D1"),
        ),
        quiet(
            "moved in the middle of the quarter",
            half.paid("P1", "OLDAGE", period="2019Q1", quantity=1, application_id="A2"),
        ),
    ),
)
