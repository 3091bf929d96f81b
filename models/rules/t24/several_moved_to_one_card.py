"""Payees of several households were moved to one card."""

from __future__ import annotations

from features._world import world
from features.card.count_households_on_card import count_households_on_card
from features.card.is_card_changed_for_item import is_card_changed_for_item
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

RULE = Rule(
    code="T24.several_moved_to_one_card",
    title=("Several payees moved to one card", "多名补贴对象变更至同一张卡"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=col(is_card_changed_for_item).is_true() & (col(count_households_on_card) >= setting("T24.households")),
    because=(
        "Moved to a card that is also paid for {count_households_on_card} households without a tie to its holder",
        "变更至同时为{count_households_on_card}户无关农户收款的卡",
    ),
    blind_to="cards of one household each",
    next_steps=(
        ("Ask the payees who asked for the change", "向补贴对象核实由谁提出变更"),
        ("Ask the bank for the withdrawals", "向银行查询支取情况"),
    ),
    cases=(
        fires(
            "two neighbours moved to a third person's card",
            world()
            .paid("P3", at="2019-03-20")
            .paid("P4", at="2019-03-20")
            .paid("P3", card_id="C5")
            .paid("P4", card_id="C5"),
        ),
        quiet(
            "a helper on record for both",
            world()
            .add("authorizations", person_id="P3", proxy_id="P5")
            .add("authorizations", person_id="P4", proxy_id="P5")
            .paid("P3", at="2019-03-20")
            .paid("P4", at="2019-03-20")
            .paid("P3", card_id="C5")
            .paid("P4", card_id="C5"),
        ),
        quiet(
            "moved to own new cards",
            world()
            .add("cards", card_id="C9", holder_person_id="P3")
            .paid("P3", at="2019-03-20")
            .paid("P3", card_id="C9"),
        ),
    ),
)
