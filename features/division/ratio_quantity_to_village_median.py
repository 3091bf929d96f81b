"""The line's quantity against the median of its village's list for the item and period."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, ratio
from features._world import world
from features.asof import View
from features.division._village_list import KEYS, cells_of_lists


def _compute(view: View) -> Float:
    cells = view.memo(cells_of_lists)
    lines = cells.match("disbursements", KEYS)
    return ratio(np.asarray(view.own("quantity")), np.asarray(cells.spread(lines.median(lines["quantity"]))))


neighbours = world().paid("P3", "LAND", quantity=4).paid("P4", "LAND", quantity=5)

ratio_quantity_to_village_median = Feature(
    name="ratio_quantity_to_village_median",
    title=("面积与本村中位数之比", "quantity against the village median"),
    unit="ratio",
    null="none",
    needs=("programs.holding_kind", "disbursements.quantity"),
    compute=_compute,
    cases=(
        Case("ten times the median", neighbours.paid("P1", "LAND", quantity=50), 10.0),
        Case("not bounded by a holding", neighbours.paid("P1"), None),
    ),
)
