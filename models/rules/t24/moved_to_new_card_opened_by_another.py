"""Moved to a card in the payee's name that somebody else opened days before, with the old one open."""

from __future__ import annotations

from features._world import world
from features.card.days_since_card_opened import days_since_card_opened
from features.card.is_card_changed_for_item import is_card_changed_for_item
from features.card.is_card_migrated import is_card_migrated
from features.card.is_card_opened_by_another import is_card_opened_by_another
from features.card.is_previous_card_closed import is_previous_card_closed
from features.card.share_village_changed_card_90d import share_village_changed_card_90d
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

moved = (
    world()
    .add("cards", card_id="C9", holder_person_id="P1", opened_on="2019-04-10", opened_by_person_id="P6")
    .paid("P1", at="2019-03-20")
)
for _person in ("P2", "P3", "P4"):
    for _day in ("03-20", "03-25", "04-02", "04-05"):
        moved = moved.paid(_person, at=f"2019-{_day}")

RULE = Rule(
    code="T24.moved_to_new_card_opened_by_another",
    title=("Moved to a new card opened by somebody else", "变更至他人新近代开的卡"),
    severity="low",
    desk="discipline",
    suspect_role="official",
    when=col(is_card_changed_for_item).is_true()
    & col(is_card_opened_by_another).is_true()
    & (col(days_since_card_opened) <= setting("T24.new_card_days"))
    & col(is_previous_card_closed).is_false(),
    unless=(
        Unless(
            "moved from a passbook to the social-security card", "由存折迁移至社保卡", col(is_card_migrated).is_true()
        ),
        Unless(
            "many in the village changed cards at that time",
            "同期本村多人换卡",
            col(share_village_changed_card_90d) >= setting("T24.village_moving"),
        ),
    ),
    because=(
        "Moved to a card opened by somebody else {days_since_card_opened} days ago, while the old card is still open",
        "原卡仍有效，变更至他人{days_since_card_opened}天前代开的卡",
    ),
    blind_to="cards opened without a recorded hand",
    next_steps=(
        ("Ask the payee which card is in hand", "向补贴对象核实手中持有哪张卡"),
        ("Ask the outlet who took the card", "向网点查询领卡人"),
    ),
    cases=(
        fires("a new card opened by a neighbour", moved.paid("P1", card_id="C9")),
        quiet(
            "the old card was lost",
            moved.add("card_events", card_id="C1", kind="reported_lost", at="2019-04-01").paid("P1", card_id="C9"),
        ),
        quiet(
            "opened by the holder",
            moved.change("cards", "card_id", "C9", opened_by_person_id=None).paid("P1", card_id="C9"),
        ),
        explained(
            "the village moves to social-security cards",
            moved.change("cards", "card_id", "C1", kind="passbook").paid("P1", card_id="C9"),
        ),
        explained(
            "half the village changed cards",
            moved.paid("P3", card_id="C5", at="2019-04-10")
            .paid("P4", card_id="C6", at="2019-04-10")
            .paid("P2", card_id="C2B", at="2019-04-10")
            .paid("P1", card_id="C9"),
        ),
    ),
)
