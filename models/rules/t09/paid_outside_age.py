"""Months were paid in which the person was too young or too old for the item."""

from __future__ import annotations

from features._world import world
from features.disbursement.is_period_outside_age import is_period_outside_age
from features.disbursement.quantity_months_beyond_age import quantity_months_beyond_age
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

may = world().change("persons", "person_id", "P1", birth_date="1939-05-20")

RULE = Rule(
    code="T09.paid_outside_age",
    title=("Paid outside the age limits", "不符合年龄条件发放"),
    severity="high",
    desk="department",
    suspect_role="household",
    when=((col(quantity_months_beyond_age) >= setting("T09.months_outside")) & col(is_period_outside_age).is_true()),
    because=(
        "{quantity_months_beyond_age} months paid outside the age limits",
        "超出年龄条件发放{quantity_months_beyond_age}个月",
    ),
    blind_to="birth dates changed in the register",
    next_steps=(
        ("Compare birth date and identity number", "核对出生日期与身份号码"),
        ("Ask how the item was opened before the age", "核实提前或延后享受的原因"),
    ),
    cases=(
        fires("a quarter before the birthday", may.paid("P1", "OLDAGE", period="2019Q1", quantity=3)),
        quiet("the month of the birthday counts", may.paid("P1", "OLDAGE", period="2019Q2", quantity=2)),
        quiet("the quarter of the birthday, paid in full", may.paid("P1", "OLDAGE", period="2019Q2", quantity=3)),
        quiet("arrears for months entitled", may.paid("P1", "OLDAGE", period="2019Q2", quantity=2, at="2019-12-20")),
    ),
)
