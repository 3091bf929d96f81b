"""Paid on two open cards of one's own, the one paid now opened by somebody else lately."""

from __future__ import annotations

from features._world import world
from features.card.count_open_cards_of_payee import count_open_cards_of_payee
from features.card.count_own_cards_paid_90d import count_own_cards_paid_90d
from features.card.days_since_card_opened import days_since_card_opened
from features.card.is_card_migrated import is_card_migrated
from features.card.is_card_opened_by_another import is_card_opened_by_another
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

second = (
    world()
    .add("cards", card_id="C9", holder_person_id="P1", opened_on="2019-04-01", opened_by_person_id="P6")
    .paid("P1", at="2019-03-20")
)

RULE = Rule(
    code="T29.second_card_opened_by_another",
    title=("Second active card, opened by somebody else", "他人代开的第二张有效卡"),
    severity="low",
    desk="discipline",
    suspect_role="official",
    when=(col(count_open_cards_of_payee) >= setting("T29.own_cards"))
    & (col(count_own_cards_paid_90d) >= setting("T29.own_cards"))
    & col(is_card_opened_by_another).is_true()
    & (col(days_since_card_opened) <= setting("T29.new_card_days")),
    unless=(Unless("part of the move from passbooks", "属于存折向社保卡迁移", col(is_card_migrated).is_true()),),
    because=(
        "Paid on {count_own_cards_paid_90d} open cards in 90 days; this one was opened by somebody else"
        " {days_since_card_opened} days ago",
        "近90天在{count_own_cards_paid_90d}张有效卡上收款，本卡由他人于{days_since_card_opened}天前代开",
    ),
    blind_to="cards opened without a recorded hand",
    next_steps=(
        ("Ask the holder which card is in hand", "向持卡人核实手中持有哪张卡"),
        ("Close the card not in use", "督促注销不用的卡"),
    ),
    cases=(
        fires("two cards, the second opened by a clerk", second.paid("P1", card_id="C9")),
        explained(
            "moved from a passbook to the social-security card",
            world()
            .change("cards", "card_id", "C1", kind="passbook")
            .add("cards", card_id="B2", holder_person_id="P1", opened_on="2018-01-01")
            .add("cards", card_id="C9", holder_person_id="P1", opened_on="2019-04-01", opened_by_person_id="P6")
            .paid("P1", at="2019-03-20")
            .paid("P1", card_id="C9"),
        ),
        quiet(
            "the first card was closed",
            second.change("cards", "card_id", "C1", closed_on="2019-04-02").paid("P1", card_id="C9"),
        ),
        quiet(
            "opened by the holder",
            second.change("cards", "card_id", "C9", opened_by_person_id=None).paid("P1", card_id="C9"),
        ),
    ),
)
