"""The card of a very old person rested for most of a year, then one withdrawal took everything."""

from __future__ import annotations

from features._world import World, world
from features.card.count_credits_taken_at_once import count_credits_taken_at_once
from features.card.days_since_pile_taken import days_since_pile_taken
from features.card.days_untouched_before_taken import days_untouched_before_taken
from features.card.is_pile_taken_around_new_year import is_pile_taken_around_new_year
from features.card.share_of_pile_taken_at_once import share_of_pile_taken_at_once
from features.person.years_of_age import years_of_age
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet


def _rested(months: tuple[str, ...], taken: str) -> World:
    made = world().add("card_transactions", at="2018-03-01T10:00:00", amount="50.00")
    for number, month in enumerate(months, start=1):
        made = made.paid("P1", at=f"{month}-10").add("settlements", disbursement_id=f"D{number}", at=f"{month}-12")
    return made.add("card_transactions", at=f"{taken}T10:00:00", amount=f"{len(months)}00.00")


rested = _rested(("2018-05", "2018-08", "2018-11", "2019-02"), "2019-04-20")
old = rested.change("persons", "person_id", "P1", birth_date="1929-01-01")
festival = _rested(("2018-05", "2018-08", "2018-11"), "2019-02-03").change(
    "persons", "person_id", "P1", birth_date="1929-01-01"
)

RULE = Rule(
    code="T30.elders_card_emptied_after_long_rest",
    title=("Very old payee's card emptied after a long rest", "高龄人员卡长期未动用后一次取空"),
    severity="low",
    desk="discipline",
    suspect_role="official",
    when=(col(years_of_age) >= setting("T30.age"))
    & (col(days_untouched_before_taken) >= setting("T30.rest"))
    & (col(count_credits_taken_at_once) >= setting("T30.credits"))
    & (col(share_of_pile_taken_at_once) >= setting("T30.whole"))
    & (col(share_of_pile_taken_at_once) <= setting("T30.not_more"))
    & (col(days_since_pile_taken) <= setting("T30.days")),
    unless=(
        Unless(
            "around Spring Festival, when migrants are home",
            "春节前后，外出人员返乡",
            col(is_pile_taken_around_new_year).is_true(),
        ),
    ),
    because=(
        "Untouched for {days_untouched_before_taken} days, then {count_credits_taken_at_once} credits were taken"
        " at once, {days_since_pile_taken} days ago",
        "此前{days_untouched_before_taken}天未动用，{days_since_pile_taken}天前一次取走{count_credits_taken_at_once}笔累积入账",
    ),
    blind_to="cards of banks that do not share withdrawals",
    next_steps=(
        ("Ask the payee, or the family, who made the withdrawal", "向本人或家属核实由谁支取"),
        ("Ask the outlet for the slip", "向网点调取凭证"),
    ),
    cases=(
        fires("nine months, a woman of ninety", old.paid("P1", at="2019-05-05")),
        quiet("a man of seventy-four", rested.paid("P1", at="2019-05-05")),
        quiet(
            "two months only",
            old.add("card_transactions", at="2019-03-01T10:00:00", amount="10.00").paid("P1", at="2019-05-05"),
        ),
        explained("home for Spring Festival", festival.paid("P1", at="2019-03-05")),
    ),
)
