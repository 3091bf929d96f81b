"""Months paid beyond those in which the person's age was within the item's gates."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.disbursement._months import beyond, months_by_age


def _compute(view: View) -> Float:
    return beyond(view, months_by_age(view))


def _rests_on(view: View) -> Pairs:
    return view.match("persons", "person_id")


eighty_in_may = world().change("persons", "person_id", "P1", birth_date="1939-05-20")

quantity_months_beyond_age = Feature(
    name="quantity_months_beyond_age",
    title=("超出年龄条件发放的月数", "months paid outside the age limits"),
    unit="quantity",
    null="none",
    needs=("persons.birth_date", "programs.min_age"),
    compute=_compute,
    rests_on=_rests_on,
    # Age may gate a rule; it is no input of a model.
    model=False,
    cases=(
        Case(
            "a whole quarter before the birthday", eighty_in_may.paid("P1", "OLDAGE", period="2019Q1", quantity=3), 3.0
        ),
        Case("the month of the birthday counts", eighty_in_may.paid("P1", "OLDAGE", period="2019Q2", quantity=2), 0.0),
        Case("one month too many", eighty_in_may.paid("P1", "OLDAGE", period="2019Q2", quantity=3), 1.0),
        Case("an item without age limits", eighty_in_may.paid("P1"), None),
    ),
)
