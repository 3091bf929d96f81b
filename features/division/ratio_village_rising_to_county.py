"""How many times the county's share of rising quantities the village's share is, in the item's period.

Smoothed with three lines at the county's share.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.division._village_list import KEYS, cells_of_lists, county
from features.household._rising import rose

WEIGHT = 3.0


def _compute(view: View) -> Float:
    view.ledger.tables["disbursements"].derived("rose", rose)
    cells = view.memo(cells_of_lists)
    usual = county(cells, "rose")
    risen = cells.running("disbursements", KEYS, of="rose")
    number = cells.running("disbursements", KEYS)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = (risen + WEIGHT * usual) / (number + WEIGHT) / usual
    return np.asarray(cells.spread(np.where(np.isfinite(value), value, np.nan)))


last_year = world().paid("P1", "LAND", at="2018-07-20", quantity=8).paid("P6", "LAND", at="2018-07-20", quantity=8)
both = last_year.paid("P6", "LAND", at="2019-07-20", quantity=8).paid("P1", "LAND", at="2019-07-20", quantity=12)

ratio_village_rising_to_county = Feature(
    name="ratio_village_rising_to_county",
    title=("本村面积增加户占比与全县之比", "village share of rising quantities against the county's"),
    unit="ratio",
    null="none",
    needs=("programs.holding_kind", "disbursements.quantity"),
    compute=_compute,
    cases=(
        Case("the only rise of two lines is here", both, 1.25),
        Case("nobody's quantity rose", last_year, None),
    ),
)
