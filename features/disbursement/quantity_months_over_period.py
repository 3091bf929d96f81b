"""Months paid at once beyond the months of the period (a lump sum for later months, or too much)."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.program._item import item_is, months_of_period


def _compute(view: View) -> Float:
    excess = view.own("quantity") - months_of_period(view)
    return np.where(item_is(view, "quantity_unit", "month"), np.maximum(excess, 0.0), np.nan)


quantity_months_over_period = Feature(
    name="quantity_months_over_period",
    title=("超出所属期的发放月数", "months paid beyond the period"),
    unit="quantity",
    null="none",
    needs=("disbursements.quantity",),
    compute=_compute,
    cases=(
        Case("eight months on a line for one quarter", world().paid("P1", "OLDAGE", period="2019Q1", quantity=8), 5.0),
        Case("a quarter", world().paid("P1", "OLDAGE", period="2019Q1", quantity=3), 0.0),
        Case("not counted in months", world().paid("P1", "LAND", quantity=8), None),
    ),
)
