"""Total quantity of the village's list against the period before, over households listed in both."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, ratio
from features._world import world
from features.asof import View
from features.division._village_list import KEYS, cells_of_lists
from features.household._rising import continued_quantity, previous_quantity


def _compute(view: View) -> Float:
    table = view.ledger.tables["disbursements"]
    table.derived("previous_quantity", previous_quantity)
    table.derived("continued_quantity", continued_quantity)
    cells = view.memo(cells_of_lists)
    now = cells.running("disbursements", KEYS, of="continued_quantity")
    return np.asarray(cells.spread(ratio(now, cells.running("disbursements", KEYS, of="previous_quantity"))))


last_year = world().paid("P1", "LAND", at="2018-07-20", quantity=8).paid("P3", "LAND", at="2018-07-20", quantity=8)

ratio_village_quantity_to_period_before = Feature(
    name="ratio_village_quantity_to_period_before",
    title=("本村总面积与上期之比", "village total against the period before"),
    unit="ratio",
    null="none",
    needs=("programs.holding_kind", "disbursements.quantity"),
    compute=_compute,
    cases=(
        Case(
            "one household grew by half, the other not",
            last_year.paid("P1", "LAND", at="2019-07-20", quantity=8).paid("P3", "LAND", at="2019-07-20", quantity=12),
            1.25,
        ),
        Case("the first year", world().paid("P1", "LAND"), None),
    ),
)
