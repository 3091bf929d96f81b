"""Somebody unrelated had the card's PIN reset."""

from __future__ import annotations

from features._world import world
from features.card.count_payments_since_pin_reset import count_payments_since_pin_reset
from features.card.is_pin_reset_by_another import is_pin_reset_by_another
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

reset = world().add("card_events", card_id="C1", kind="pin_reset", actor_person_id="P3")

RULE = Rule(
    code="T25.pin_reset_by_another",
    title=("PIN reset by somebody unrelated", "他人代为重置密码"),
    severity="middle",
    desk="discipline",
    suspect_role="official",
    when=col(is_pin_reset_by_another).is_true()
    & (col(count_payments_since_pin_reset) <= setting("T25.payments_since")),
    because=(
        "The card's PIN was reset by somebody who is no family and no proxy on record",
        "该卡密码由非同户、无授权登记的人员重置",
    ),
    blind_to="resets recorded without an actor",
    next_steps=(
        ("Ask the holder where the card is", "向持卡人核实卡在何处"),
        ("Ask the bank for the request", "向银行调取重置申请"),
    ),
    cases=(
        fires("a neighbour had it reset", reset.paid("P1")),
        quiet("the neighbour is authorised", reset.add("authorizations", person_id="P1", proxy_id="P3").paid("P1")),
        quiet(
            "the holder had it reset",
            world().add("card_events", card_id="C1", kind="pin_reset", actor_person_id="P1").paid("P1"),
        ),
    ),
)
