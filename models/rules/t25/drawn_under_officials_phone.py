"""Notices go to an official's phone, and the card is drawn together with those of other households."""

from __future__ import annotations

from features._world import world
from features.graph.count_days_drawn_together import count_days_drawn_together
from features.graph.count_drawn_together_twice import count_drawn_together_twice
from features.phone.is_phone_moved import is_phone_moved
from features.phone.is_phone_of_official import is_phone_of_official
from models.rules._expression import col
from models.rules._rule import Rule, fires, quiet

made = world()
for _day in ("2019-01-15", "2019-02-15", "2019-03-15"):
    for _minute, _card in ((10, "C1"), (12, "C3"), (14, "C5")):
        made = made.add("card_transactions", card_id=_card, at=f"{_day}T09:{_minute}:00")
series = made

moved = (
    world()
    .change("officials", "official_id", "O1", person_id="P4")
    .add("card_events", card_id="C1", kind="phone_changed", value="19900000004")
)
watched = series.change("officials", "official_id", "O1", person_id="P4").add(
    "card_events", card_id="C1", kind="phone_changed", value="19900000004"
)

RULE = Rule(
    code="T25.drawn_under_officials_phone",
    title=("Official's phone on a card drawn in series", "预留经办人员手机号且多卡连续支取"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=col(is_phone_of_official).is_true() & col(is_phone_moved).is_true() & (col(count_drawn_together_twice) >= 1),
    because=(
        "The card's notices go to an official's phone, and on {count_days_drawn_together} days it was drawn"
        " within minutes of a card of another household",
        "卡的动账通知发往经办人员手机，且有{count_days_drawn_together}天与他户卡连续支取",
    ),
    blind_to="banks that do not share withdrawals",
    next_steps=(
        ("Ask two of the holders where their card is", "向其中两名持卡人核实卡在何处"),
        ("Ask the outlet for the camera record of one such day", "向网点调取其中一日的监控或单据"),
    ),
    cases=(
        fires("moved to the secretary's phone, drawn together twice", watched.paid("P1")),
        quiet("own phone, drawn together twice", series.paid("P1")),
        quiet("the secretary's phone, drawn alone", moved.add("card_transactions").paid("P1")),
    ),
    shows=(count_days_drawn_together,),
)
