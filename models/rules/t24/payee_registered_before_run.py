"""Somebody was registered to be paid on an unrelated person's card shortly before the run."""

from __future__ import annotations

from features._world import world
from features.card.days_since_payee_registered import days_since_payee_registered
from features.card.is_card_holder_stranger import is_card_holder_stranger
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

registered = world().add(
    "card_events", card_id="C3", at="2019-04-17T10:00:00", kind="payee_registered", value="PENSION"
)

RULE = Rule(
    code="T24.payee_registered_before_run",
    title=("Registered on a stranger's card just before the run", "发放前夕登记至无关人员卡"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=(col(days_since_payee_registered) <= setting("T24.days_before_run")) & col(is_card_holder_stranger).is_true(),
    because=(
        "Registered on the card {days_since_payee_registered} days before the run; the holder is somebody unrelated",
        "发放前{days_since_payee_registered}天登记至该卡，持卡人为无关人员",
    ),
    blind_to="changes the bank does not share",
    next_steps=(
        ("Ask the bank who asked for the registration", "向银行查询登记申请人"),
        ("Ask the payee", "向补贴对象核实"),
    ),
    cases=(
        fires("three days before", registered.paid("P1", card_id="C3", at="2019-04-20")),
        quiet(
            "registered on the own card",
            registered.change("cards", "card_id", "C3", holder_person_id="P1").paid(
                "P1", card_id="C3", at="2019-04-20"
            ),
        ),
        quiet("registered long before", registered.paid("P1", card_id="C3", at="2019-09-20")),
    ),
)
