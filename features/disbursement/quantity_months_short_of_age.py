"""Months of the period in which the age entitled a person already on the item, and which no line pays."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.disbursement._months import months_alive, months_by_age, months_free
from features.disbursement._same_item import earlier, lines_of_item, lines_of_period
from features.program._item import item_is, months_of_period


def _compute(view: View) -> Float:
    entitled = np.fmin(
        np.fmin(months_by_age(view), months_of_period(view)), np.fmin(months_alive(view), months_free(view))
    )
    other = lines_of_period(view)
    paid = view.own("quantity") + other.sum(other["quantity"])
    before = earlier(lines_of_item(view))
    known = before.where(before.period_to() < view.period_from()[before.query]).count() > 0
    counted = item_is(view, "quantity_unit", "month") & known & ~np.isnan(months_by_age(view))
    return np.where(counted, np.maximum(entitled - paid, 0.0), np.nan)


def _rests_on(view: View) -> Pairs:
    return lines_of_item(view)


winter = (
    world()
    .change("persons", "person_id", "P1", birth_date="1935-05-20")
    .paid("P1", "OLDAGE", period="2018Q4", quantity=3, at="2018-12-15")
)

quantity_months_short_of_age = Feature(
    name="quantity_months_short_of_age",
    title=("应发未发的月数", "months due by age and not paid"),
    unit="quantity",
    null="none",
    needs=("persons.birth_date", "programs.min_age", "civil_events"),
    compute=_compute,
    rests_on=_rests_on,
    model=False,
    cases=(
        Case("one month of three", winter.paid("P1", "OLDAGE", period="2019Q1", quantity=1, at="2019-03-15"), 2.0),
        Case("the whole quarter", winter.paid("P1", "OLDAGE", period="2019Q1", quantity=3, at="2019-03-15"), 0.0),
        Case(
            "died in January",
            winter.died("P1", on="2019-01-20", recorded="2019-02-10").paid(
                "P1", "OLDAGE", period="2019Q1", quantity=1, at="2019-03-15"
            ),
            0.0,
        ),
        Case(
            "new to the item",
            world()
            .change("persons", "person_id", "P1", birth_date="1935-05-20")
            .paid("P1", "OLDAGE", period="2019Q1", quantity=1),
            None,
        ),
    ),
)
