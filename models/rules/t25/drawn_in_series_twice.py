"""The cards of several households were drawn one right after the other, on two days."""

from __future__ import annotations

from features._world import World, world
from features.graph.count_days_drawn_together import count_days_drawn_together
from features.graph.count_days_drawn_with_family import count_days_drawn_with_family
from features.graph.count_drawn_together import count_drawn_together
from features.graph.count_drawn_together_twice import count_drawn_together_twice
from features.graph.ratio_drawn_together_overdue import ratio_drawn_together_overdue
from features.graph.share_withdrawals_drawn_together import share_withdrawals_drawn_together
from features.outlet.share_main_outlet_of_village_365d import share_main_outlet_of_village_365d
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet


def _series(made: World, day: str) -> World:
    for minute, card in ((10, "C1"), (12, "C3"), (14, "C5")):
        made = made.add("card_transactions", card_id=card, at=f"{day}T09:{minute}:00")
    return made


once = _series(world(), "2019-01-15")
twice = _series(once, "2019-02-15")
with_wife = twice
for _day in ("2019-01-15", "2019-02-15"):
    with_wife = with_wife.add("card_transactions", card_id="C2", at=f"{_day}T09:11:00")
helper = twice
for _person in ("P1", "P3", "P5"):
    helper = helper.add("authorizations", person_id=_person, proxy_id="P6", kind="authorized_agent")

RULE = Rule(
    code="T25.drawn_in_series_twice",
    title=("Several households' cards drawn in series twice", "多户的卡两次先后连续支取"),
    severity="low",
    desk="discipline",
    suspect_role="official",
    when=(col(count_drawn_together_twice) >= setting("T25.met_twice"))
    & (col(count_drawn_together) < setting("T25.people"))
    & (
        (col(share_main_outlet_of_village_365d) >= setting("T25.villagers"))
        | (col(share_withdrawals_drawn_together) >= setting("T25.mostly"))
    )
    & (col(ratio_drawn_together_overdue) <= setting("T25.overdue")),
    unless=(
        Unless(
            "as often drawn together with family or the same helper: somebody who goes for both",
            "与同户、亲属或同一代办人同样频繁，属代为办理",
            col(count_days_drawn_with_family) >= col(count_days_drawn_together),
        ),
    ),
    because=(
        "On {count_days_drawn_together} days the card was drawn within minutes of those of"
        " {count_drawn_together_twice} other households",
        "共{count_days_drawn_together}天与{count_drawn_together_twice}户他户的卡在数分钟内先后支取",
    ),
    blind_to="neighbours who go to the bank together",
    next_steps=(
        ("Ask two of the holders where their card is", "向其中两名持卡人核实卡在何处"),
        ("Ask the outlet for the camera record of one such day", "向网点调取其中一日的监控或单据"),
    ),
    cases=(
        fires("two others, twice", twice.paid("P1", at="2019-03-15T09:00:00")),
        quiet("they no longer come together", twice.paid("P1", at="2019-06-15T09:00:00")),
        quiet("once", once.paid("P1")),
        explained("with the wife as often", with_wife.paid("P1", at="2019-03-15T09:00:00")),
        quiet("one helper on record for all three", helper.paid("P1", at="2019-03-15T09:00:00")),
    ),
    shows=(count_days_drawn_together,),
)
