"""The item was paid to another card last time; now it goes to somebody unrelated."""

from __future__ import annotations

from features._world import world
from features.card.is_card_changed_for_item import is_card_changed_for_item
from features.card.is_card_holder_stranger import is_card_holder_stranger
from models.rules._expression import col
from models.rules._rule import Rule, fires, quiet

RULE = Rule(
    code="T24.moved_to_strangers_card",
    title=("Payee card changed to somebody unrelated", "收款卡变更为无关人员的卡"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=col(is_card_changed_for_item).is_true() & col(is_card_holder_stranger).is_true(),
    because=(
        "The last payment of the item went to another card; this one goes to the card of somebody of another"
        " household, without authority on record",
        "上次该项目发放至其他卡，本次变更为他户无授权人员的卡",
    ),
    blind_to="a first payment of the item",
    next_steps=(
        ("Ask the payee who asked for the change", "向补贴对象核实由谁提出变更"),
        ("Ask who entered the new account", "核查新账号由谁录入"),
    ),
    cases=(
        fires("moved to a neighbour's card", world().paid("P1", at="2019-03-20").paid("P1", card_id="C3")),
        quiet(
            "moved to the own new card",
            world()
            .add("cards", card_id="C9", holder_person_id="P1")
            .paid("P1", at="2019-03-20")
            .paid("P1", card_id="C9"),
        ),
        quiet("moved to the wife's card", world().paid("P1", at="2019-03-20").paid("P1", card_id="C2")),
    ),
)
