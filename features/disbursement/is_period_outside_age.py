"""Whether the person was within the item's age limits in no month of the period."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.disbursement._months import months_by_age


def _compute(view: View) -> Float:
    entitled = months_by_age(view)
    return np.where(np.isnan(entitled), np.nan, entitled == 0)


def _rests_on(view: View) -> Pairs:
    return view.match("persons", "person_id")


eighty_in_may = world().change("persons", "person_id", "P1", birth_date="1939-05-20")

is_period_outside_age = Feature(
    name="is_period_outside_age",
    title=("整个所属期不符合年龄条件", "no month of the period within the age limits"),
    unit="flag",
    null="none",
    needs=("persons.birth_date", "programs.min_age"),
    compute=_compute,
    rests_on=_rests_on,
    # Age may gate a rule; it is no input of a model.
    model=False,
    cases=(
        Case("the quarter before", eighty_in_may.paid("P1", "OLDAGE", period="2019Q1", quantity=3), 1.0),
        Case("the quarter of the birthday", eighty_in_may.paid("P1", "OLDAGE", period="2019Q2", quantity=3), 0.0),
        Case("an item without age limits", eighty_in_may.paid("P1"), None),
    ),
)
