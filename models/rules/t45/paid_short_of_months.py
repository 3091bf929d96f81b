"""A person already on the item was paid fewer months than the age entitles to, and is still paid."""

from __future__ import annotations

from features._world import world
from features.disbursement.quantity_months_short_last_period import quantity_months_short_last_period
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

winter = (
    world()
    .change("persons", "person_id", "P1", birth_date="1935-05-20")
    .paid("P1", "OLDAGE", period="2018Q4", quantity=3, at="2018-12-15")
)

RULE = Rule(
    code="T45.paid_short_of_months",
    title=("Fewer months than due", "少发月数"),
    severity="low",
    desk="owed",
    suspect_role="department",
    when=col(quantity_months_short_last_period) >= setting("T45.months_short"),
    because=(
        "{quantity_months_short_last_period} months due in the last period were not paid; the person is still on it",
        "上期应发未发{quantity_months_short_last_period}个月，本人仍在享受",
    ),
    blind_to="items without age limits, and people who were dropped for good",
    next_steps=(
        ("Ask the department why the months were left out", "询问主管部门漏发原因"),
        ("Ask the person what was received", "向本人核实实际收到情况"),
    ),
    cases=(
        fires(
            "one month of three in winter, on the list in spring",
            winter.paid("P1", "OLDAGE", period="2019Q1", quantity=1, at="2019-03-15").paid(
                "P1", "OLDAGE", period="2019Q2", quantity=3, at="2019-06-15"
            ),
        ),
        quiet(
            "the short line itself: it may be the last, of somebody who died",
            winter.paid("P1", "OLDAGE", period="2019Q1", quantity=1, at="2019-03-15"),
        ),
        quiet(
            "the whole quarter",
            winter.paid("P1", "OLDAGE", period="2019Q1", quantity=3, at="2019-03-15").paid(
                "P1", "OLDAGE", period="2019Q2", quantity=3, at="2019-06-15"
            ),
        ),
    ),
)
