"""Share of the village's listed quantity that lines of more than four times the median take together."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.division._village_list import KEYS, cells_of_lists

OUTLIER = 4.0


def _compute(view: View) -> Float:
    cells = view.memo(cells_of_lists)
    lines = cells.match("disbursements", KEYS)
    quantity = lines["quantity"]
    large = quantity > OUTLIER * lines.own(lines.median(quantity))
    total = lines.sum(quantity)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = lines.where(large).sum(quantity[large]) / total
    return np.asarray(cells.spread(np.where(total > 0, share, np.nan)))


neighbours = world().paid("P3", "LAND", quantity=4).paid("P4", "LAND", quantity=6)

share_of_outliers_in_village_list = Feature(
    name="share_of_outliers_in_village_list",
    title=("本村名单中超大面积占比", "share of the village list taken by very large lines"),
    unit="share",
    null="none",
    needs=("programs.holding_kind", "disbursements.quantity"),
    compute=_compute,
    cases=(
        Case("one line takes five sixths", neighbours.paid("P1", "LAND", quantity=50), 50 / 60),
        Case("all alike", neighbours.paid("P1", "LAND", quantity=5), 0.0),
        Case("not bounded by a holding", neighbours.paid("P1"), None),
    ),
)
