"""Age of the payee on the register, in years; only a gate of rules."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View

DAYS_A_YEAR = 365.2425


def _compute(view: View) -> Float:
    born = np.asarray(view.lookup("persons", "birth_date", "person_id"), dtype=np.float64)
    return np.floor((view.day_at - born) / DAYS_A_YEAR)


years_of_age = Feature(
    name="years_of_age",
    title=("年龄（周岁）", "age in years"),
    unit="count",
    null="unknown",
    needs=("persons.birth_date",),
    compute=_compute,
    model=False,
    cases=(
        Case("seventy-four", world().paid("P1"), 74.0),
        Case("no such person", world().paid("P99", card_id="C1", household_id="H1", payee_name="某"), None),
    ),
)
