"""A fixed set of cards is drawn one after another, run after run, at an outlet several villages use."""

from __future__ import annotations

from features._world import world
from features.graph.count_days_drawn_together import count_days_drawn_together
from features.graph.count_days_drawn_with_family import count_days_drawn_with_family
from features.graph.count_drawn_together import count_drawn_together
from features.graph.count_drawn_together_helped import count_drawn_together_helped
from features.graph.ratio_drawn_together_overdue import ratio_drawn_together_overdue
from features.graph.share_withdrawals_drawn_together import share_withdrawals_drawn_together
from features.outlet.share_main_outlet_of_village_365d import share_main_outlet_of_village_365d
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

made = world()
for _day in ("2019-01-15", "2019-02-15", "2019-03-15"):
    for _minute, _card in ((10, "C1"), (12, "C3"), (14, "C5")):
        made = made.add("card_transactions", card_id=_card, at=f"{_day}T09:{_minute}:00")
series = made
helper = made
for _person in ("P1", "P3", "P5"):
    helper = helper.add("authorizations", person_id=_person, proxy_id="P6", kind="authorized_agent")
walk = world()
for _name in ("N1", "N2", "N3", "N4", "N5"):
    walk = walk.add("persons", person_id=_name, household_id="H" + _name, division_code="519901102001")
    walk = walk.add("cards", card_id="C" + _name, holder_person_id=_name)
for _day in ("2019-01-15", "2019-02-15", "2019-03-15"):
    for _minute, _card in enumerate(("C1", "CN1", "CN2", "CN3", "CN4", "CN5")):
        walk = walk.add("card_transactions", card_id=_card, at=f"{_day}T09:0{_minute}:00")
for _person in ("P1", "N1", "N2", "N3"):
    walk = walk.add("authorizations", person_id=_person, proxy_id="P6", kind="authorized_agent")

RULE = Rule(
    code="T25.drawn_in_series_at_bank",
    title=("Cards drawn in series at a bank outlet", "银行网点连续支取多卡"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=(col(count_drawn_together) >= setting("T25.people"))
    & (col(ratio_drawn_together_overdue) <= setting("T25.overdue"))
    & (col(share_withdrawals_drawn_together) >= setting("T25.mostly"))
    & (col(share_main_outlet_of_village_365d) < setting("T25.villagers")),
    unless=(
        Unless(
            "most of those drawn together share a helper or a family on record",
            "多数同时取现人员同户、亲属或同一登记代办人",
            col(count_drawn_together_helped) > col(count_drawn_together),
        ),
        Unless(
            "as often drawn together with family or the same helper: somebody who goes for both",
            "与同户、亲属或同一代办人同样频繁，属代为办理",
            col(count_days_drawn_with_family) >= col(count_days_drawn_together),
        ),
    ),
    because=(
        "On {count_days_drawn_together} days the card was drawn within minutes of those of other households;"
        " {count_drawn_together} of them again and again",
        "共{count_days_drawn_together}天与他户卡在数分钟内连续支取，其中{count_drawn_together}人反复出现",
    ),
    blind_to="banks that do not share withdrawals",
    next_steps=(
        ("Ask two of the holders where their card is", "向其中两名持卡人核实卡在何处"),
        ("Ask the outlet for the camera record of one such day", "向网点调取其中一日的监控或单据"),
    ),
    cases=(
        fires("three cards, three times", series.paid("P1")),
        quiet("an authorised helper on record for all three", helper.paid("P1")),
        quiet(
            "market day: the neighbour was near once",
            world()
            .add("card_transactions", at="2019-01-15T09:10:00")
            .add("card_transactions", card_id="C3", at="2019-01-15T09:12:00")
            .paid("P1"),
        ),
        explained("more of them share a helper than not", walk.paid("P1")),
    ),
    shows=(count_days_drawn_together,),
)
