"""A fixed set of cards is drawn one after another, run after run, at the village's agent point."""

from __future__ import annotations

from features._world import world
from features.graph.count_days_drawn_together import count_days_drawn_together
from features.graph.count_days_drawn_with_family import count_days_drawn_with_family
from features.graph.count_drawn_together import count_drawn_together
from features.graph.count_drawn_together_helped import count_drawn_together_helped
from features.graph.ratio_drawn_together_overdue import ratio_drawn_together_overdue
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
    walk = walk.add("persons", person_id=_name, household_id="H" + _name).add(
        "cards", card_id="C" + _name, holder_person_id=_name
    )
for _day in ("2019-01-15", "2019-02-15", "2019-03-15"):
    for _minute, _card in enumerate(("C1", "CN1", "CN2", "CN3", "CN4", "CN5")):
        walk = walk.add("card_transactions", card_id=_card, at=f"{_day}T09:0{_minute}:00")
for _person in ("P1", "N1", "N2", "N3"):
    walk = walk.add("authorizations", person_id=_person, proxy_id="P6", kind="authorized_agent")

RULE = Rule(
    code="T25.drawn_in_series_at_agent_point",
    title=("Cards drawn in series at the agent point", "村助农点连续支取多卡"),
    severity="high",
    desk="discipline",
    suspect_role="agent",
    when=(col(count_drawn_together) >= setting("T25.people"))
    & (col(ratio_drawn_together_overdue) <= setting("T25.overdue"))
    & (col(share_main_outlet_of_village_365d) >= setting("T25.villagers")),
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
        " {count_drawn_together} of them again and again, at the village's agent point",
        "共{count_days_drawn_together}天与他户卡在数分钟内连续支取，其中{count_drawn_together}人反复出现，均在本村助农取款点",
    ),
    blind_to="banks that do not share withdrawals",
    next_steps=(
        ("Ask two of the holders where their card is", "向其中两名持卡人核实卡在何处"),
        ("Ask the outlet for the camera record of one such day", "向网点调取其中一日的监控或单据"),
    ),
    cases=(
        fires(
            "three cards, three times, at a point only villagers use",
            series.change("persons", "person_id", "P5", division_code="519901101001").paid("P1"),
        ),
        quiet(
            "an authorised helper on record for all three",
            helper.change("persons", "person_id", "P5", division_code="519901101001").paid("P1"),
        ),
        quiet(
            "two only, and one of them helped",
            series.change("persons", "person_id", "P5", household_id="H2", division_code="519901101001")
            .add("authorizations", person_id="P1", proxy_id="P6")
            .add("authorizations", person_id="P3", proxy_id="P6")
            .paid("P1"),
        ),
        explained("more of them share a helper than not", walk.paid("P1")),
    ),
    shows=(count_days_drawn_together,),
)
