"""The card was handed to somebody whom no authorisation entitles."""

from __future__ import annotations

from features._world import world
from features.card.count_payments_since_handed_over import count_payments_since_handed_over
from features.card.is_card_handed_over_without_authority import is_card_handed_over_without_authority
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

handed = world().add("card_events", card_id="C1", kind="handed_to_proxy", actor_person_id="P3")

RULE = Rule(
    code="T25.handed_over_without_authority",
    title=("Card handed over without authority", "卡交他人保管且无授权"),
    severity="middle",
    desk="discipline",
    suspect_role="official",
    when=col(is_card_handed_over_without_authority).is_true()
    & (col(count_payments_since_handed_over) <= setting("T25.payments_since")),
    because=(
        "The card was handed to somebody who is no family and no proxy on record",
        "卡已交由非同户、无授权登记的人员保管",
    ),
    blind_to="cards taken without a record",
    next_steps=(
        ("Ask the holder where the card is", "向持卡人核实卡在何处"),
        ("Ask for the paper by which it was handed over", "查阅交接依据"),
    ),
    cases=(
        fires("handed to a neighbour", handed.paid("P1")),
        quiet("the neighbour is authorised", handed.add("authorizations", person_id="P1", proxy_id="P3").paid("P1")),
        quiet(
            "handed to the wife",
            world().add("card_events", card_id="C1", kind="handed_to_proxy", actor_person_id="P2").paid("P1"),
        ),
    ),
)
