"""The line's quantity against the household's line for the same item in the period before."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, ratio
from features._world import world
from features.asof import View
from features.disbursement._holdings import lines_of_household
from features.household._rising import previous_quantity
from features.program._item import needed_kind


def _compute(view: View) -> Float:
    table = view.ledger.tables["disbursements"]
    before = table.derived("previous_quantity", previous_quantity)
    row = view.latest("disbursements", "disbursement_id")
    value = ratio(np.asarray(view.own("quantity")), np.where(row >= 0, before[np.maximum(row, 0)], np.nan))
    return np.where(needed_kind(view, "holding_kind", "holdings") >= 0, value, np.nan)


ratio_quantity_to_period_before = Feature(
    name="ratio_quantity_to_period_before",
    title=("面积与上期之比", "quantity against the period before"),
    unit="ratio",
    null="none",
    needs=("programs.holding_kind", "disbursements.quantity"),
    compute=_compute,
    rests_on=lines_of_household,
    cases=(
        Case(
            "half as much again",
            world().paid("P1", "LAND", at="2018-07-20", quantity=8).paid("P1", "LAND", at="2019-07-20", quantity=12),
            1.5,
        ),
        Case("the first year", world().paid("P1", "LAND"), None),
    ),
)
