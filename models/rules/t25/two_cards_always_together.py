"""Two cards of different households are drawn one right after the other, time and again."""

from __future__ import annotations

from features._world import World, world
from features.graph.count_days_drawn_together import count_days_drawn_together
from features.graph.count_days_drawn_with_family import count_days_drawn_with_family
from features.graph.count_drawn_together import count_drawn_together
from features.graph.ratio_drawn_together_overdue import ratio_drawn_together_overdue
from features.graph.share_withdrawals_drawn_together import share_withdrawals_drawn_together
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet


def _together(card: str, months: int) -> World:
    made = world()
    for month in range(1, months + 1):
        for minute, each in ((10, "C1"), (12, card)):
            made = made.add("card_transactions", card_id=each, at=f"2019-0{month}-15T09:{minute}:00")
    return made


twice = _together("C3", 3)
couple = _together("C2", 4)
family = _together("C3", 4)
for _month in range(1, 5):
    family = family.add("card_transactions", card_id="C2", at=f"2019-0{_month}-15T09:13:00")

RULE = Rule(
    code="T25.two_cards_always_together",
    title=("Two households' cards always drawn together", "两户的卡总是先后连续支取"),
    severity="low",
    desk="discipline",
    suspect_role="official",
    when=(col(count_days_drawn_together) >= setting("T25.days_with_one"))
    & (col(count_drawn_together) < setting("T25.people"))
    & (col(share_withdrawals_drawn_together) >= setting("T25.almost_always"))
    & (col(ratio_drawn_together_overdue) <= setting("T25.overdue")),
    unless=(
        Unless(
            "as often drawn together with family or the same helper: somebody who goes for both",
            "与同户、亲属或同一代办人同样频繁，属代为办理",
            col(count_days_drawn_with_family) >= col(count_days_drawn_together),
        ),
    ),
    because=(
        "On {count_days_drawn_together} days the card was drawn within minutes of the same card of another household",
        "共{count_days_drawn_together}天与同一他户的卡在数分钟内先后支取",
    ),
    blind_to="neighbours who go to the bank together",
    next_steps=(
        ("Ask two of the holders where their card is", "向其中两名持卡人核实卡在何处"),
        ("Ask the outlet for the camera record of one such day", "向网点调取其中一日的监控或单据"),
    ),
    cases=(
        fires(
            "a neighbour, four times",
            twice.add("card_transactions", at="2019-04-15T09:10:00")
            .add("card_transactions", card_id="C3", at="2019-04-15T09:12:00")
            .paid("P1"),
        ),
        quiet("three times", twice.paid("P1")),
        quiet("the wife, four times", couple.paid("P1")),
        explained("with the wife as often", family.paid("P1")),
    ),
)
