"""Payees without traces, registered together, began to be paid soon after an official came from another post."""

from __future__ import annotations

from features._world import World, world
from features.official.count_earlier_posts_of_reviewer import count_earlier_posts_of_reviewer
from features.official.days_post_held_at_first_payment import days_post_held_at_first_payment
from features.person.count_lone_newcomers_registered_together import count_lone_newcomers_registered_together
from features.person.count_traces import count_traces
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet


def township(from_date: str, *, phone: str | None = None) -> World:
    """O9 came from another township on a day; N1, N2 and N3 entered the village's register in 2019."""
    made = (
        world()
        .add("officials", official_id="O8", person_id="P5", division_code="519901102000", from_date="2010-03-01")
        .add("officials", official_id="O9", person_id="P5", division_code="519901101000", from_date=from_date)
    )
    for number in (1, 2, 3):
        made = made.add(
            "persons",
            person_id=f"N{number}",
            household_id=f"HN{number}",
            phone=phone,
            recorded_at=f"2019-02-0{number}T09:00:00",
        ).add("households", household_id=f"HN{number}", recorded_at=f"2019-02-0{number}T09:00:00")
    return made.paid("N1", at="2019-04-20", card_id="CN1", prepared_by="O9")


RULE = Rule(
    code="T36.traceless_payees_follow_post",
    title=("New payees without traces after a change of post", "经办人到任后新增无生活痕迹对象"),
    severity="middle",
    desk="discipline",
    suspect_role="official",
    when=(col(days_post_held_at_first_payment) >= 0)
    & (col(days_post_held_at_first_payment) <= setting("T36.days_in_post"))
    & (col(count_earlier_posts_of_reviewer) >= 1)
    & (col(count_lone_newcomers_registered_together) >= setting("T36.newcomers_together"))
    & (col(count_traces) <= setting("T36.traces")),
    because=(
        "First paid {days_post_held_at_first_payment} days after the official came from another post;"
        " {count_lone_newcomers_registered_together} people without family or phone entered the register that week, and"
        " nothing but payments is known of this one",
        "经办人由他处到任{days_post_held_at_first_payment}天后首次发放；同周登记{count_lone_newcomers_registered_together}名"
        "单人无电话人员，该对象除补贴外无其他痕迹",
    ),
    blind_to="officials whose earlier posts are not on record",
    next_steps=(
        ("Visit the payee", "入户见人"),
        (
            "List who began to be paid in the official's earlier post, and when it ended",
            "核对其前任职地新增对象及停发时间",
        ),
    ),
    cases=(
        fires("three strangers in a week, two months after", township("2019-02-20")),
        quiet("an official of many years", township("2012-02-20")),
        quiet("newly resettled, with phones", township("2019-02-20", phone="19911112222")),
    ),
)
