"""Several people are paid on a card no bank handed over."""

from __future__ import annotations

from features._world import world
from features.card.count_people_on_card import count_people_on_card
from features.card.is_card_unregistered import is_card_unregistered
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

RULE = Rule(
    code="T22.unregistered_card_for_several_people",
    title=("Several people on a card nobody registered", "多人使用未登记的卡收款"),
    severity="middle",
    desk="discipline",
    suspect_role="official",
    when=col(is_card_unregistered).is_true() & (col(count_people_on_card) >= setting("T22.people")),
    because=(
        "{count_people_on_card} people were paid on a card no bank handed over",
        "{count_people_on_card}人在银行未提供登记的同一卡号上收款",
    ),
    blind_to="cards of banks that share their cards",
    next_steps=(
        ("Ask the bank who holds the card", "向银行查询持卡人"),
        ("Ask the payees which card is theirs", "向补贴对象核实本人卡号"),
    ),
    cases=(
        fires("three people", world().paid("P1", card_id="C99").paid("P3", card_id="C99").paid("P4", card_id="C99")),
        quiet("one person on an unknown card", world().paid("P1", card_id="C99")),
        quiet("a registered card", world().paid("P1").paid("P2", card_id="C1")),
    ),
)
