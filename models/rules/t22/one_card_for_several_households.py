"""One card was paid the money of several households that have no tie to its holder on record."""

from __future__ import annotations

from features._world import world
from features.card.count_households_on_card import count_households_on_card
from features.card.is_card_holder_stranger import is_card_holder_stranger
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

two_on_one = world().paid("P3", card_id="C5").paid("P4", card_id="C5")
guardian = (
    world().add("authorizations", person_id="P3", proxy_id="P5").add("authorizations", person_id="P4", proxy_id="P5")
)
home = world().add("cards", card_id="I1", holder_person_id="HOME", kind="institution")

RULE = Rule(
    code="T22.one_card_for_several_households",
    title=("One card, several households", "一卡收取多户补贴"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=(col(count_households_on_card) >= setting("T22.households"))
    & (col(is_card_holder_stranger).is_true() | col(is_card_holder_stranger).is_null()),
    because=(
        "The card was paid for {count_households_on_card} households that are not the holder's and that the"
        " holder is no proxy of",
        "该卡为{count_households_on_card}户非持卡人家庭且无授权关系的农户收款",
    ),
    blind_to="one card a household, held by one hand",
    next_steps=(
        ("Ask two of the payees whether the money reached them", "向其中两名补贴对象核实是否收到款项"),
        ("Ask the bank for the holder and the withdrawals", "向银行查询持卡人及支取情况"),
    ),
    cases=(
        fires("two neighbours on the card of a third", two_on_one),
        quiet("a guardian on record", guardian.paid("P3", card_id="C5").paid("P4", card_id="C5")),
        quiet("the institution's card", home.paid("P3", card_id="I1").paid("P4", card_id="I1")),
        quiet("the holder's own payment", two_on_one.paid("P5")),
        quiet("head and spouse on one card", world().paid("P2", card_id="C1").paid("P1")),
    ),
)
