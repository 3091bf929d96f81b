"""A newcomer on a village's list of a means-tested item on which people come and go in short turns."""

from __future__ import annotations

from features._world import world
from features.division.count_village_short_stays_730d import count_village_short_stays_730d
from features.division.share_village_short_stays_730d import share_village_short_stays_730d, turns
from features.person.days_since_first_of_item import days_since_first_of_item
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

RULE = Rule(
    code="T42.places_go_round",
    title=("Places on the list go round", "困难补助名额轮流享受"),
    severity="low",
    desk="discipline",
    suspect_role="official",
    when=(col(count_village_short_stays_730d) >= setting("T42.short_stays"))
    & (col(share_village_short_stays_730d) >= setting("T42.share_short_stays"))
    & (col(days_since_first_of_item) <= setting("T42.days_since_first")),
    because=(
        "{count_village_short_stays_730d} people of the village came to this list and went again within half a year,"
        " {share_village_short_stays_730d} of all on it in two years; this payee came lately",
        "两年内本村{count_village_short_stays_730d}人享受不足半年即停发，占名单的{share_village_short_stays_730d}，该对象为新近享受",
    ),
    blind_to="turns of a year or longer, and money shared out in cash",
    next_steps=(
        ("Ask those who left why their payments ended", "询问停发农户停发原因"),
        ("Read the minutes in which the list was changed", "查阅名单调整的评议记录"),
    ),
    cases=(
        fires("the sixth turn of four months", turns("P1", "P2", "P3", "P4", "P5", "P9")),
        quiet("one left after four months, one came", turns("P1", "P2")),
        quiet("the same people for years", turns("P1", "P1", "P1", "P1", "P1")),
        quiet("not a means-tested item", world().paid("P1")),
    ),
)
