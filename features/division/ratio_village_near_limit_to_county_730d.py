"""How much more often the village's payments of the item come close below the township's limit than the county's do.

Share of payments between three quarters of the limit and the limit, over two years, village against everywhere, both
smoothed with three payments at the county's share so that a few cases say little.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import LedgerTable, View
from features.asof.grows import by_row
from features.program._of_code import of_item

NEAR = 0.75
WEIGHT = 3.0


@by_row()
def near_limit(table: LedgerTable) -> Float:
    """1.0 where a payment lies between three quarters of the township's limit and the limit; shape (rows,)."""
    top = of_item(table, "township_limit")
    amount = table.column("amount")
    return np.asarray((amount <= top) & (amount >= NEAR * top), dtype=np.float64)


def _compute(view: View) -> Float:
    view.ledger.tables["disbursements"].derived("near_township_limit", near_limit)
    limit = view.lookup("programs", "township_limit", "program_id")
    bounded = ~np.isnan(limit)
    cells = view.unique(
        np.asarray(view.own("division_code"), dtype=np.int64),
        np.where(bounded, np.asarray(view.own("program_id"), dtype=np.int64), -1),
        names=("division_code", "program_id"),
    )
    village = ("division_code", "program_id")
    number = cells.running("disbursements", village, days=730)
    close = cells.running("disbursements", village, days=730, of="near_township_limit")
    everywhere = cells.running("disbursements", "program_id", days=730)
    everywhere_close = cells.running("disbursements", "program_id", days=730, of="near_township_limit")
    with np.errstate(divide="ignore", invalid="ignore"):
        usual = everywhere_close / everywhere
        value = (close + WEIGHT * usual) / (number + WEIGHT) / usual
    return np.asarray(cells.spread(np.where(np.isfinite(value), value, np.nan)))


small = world()
for household in ("P5", "P6", "P5"):
    small = small.paid(household, "RELIEF", at="2019-01-10", amount="500.00")

ratio_village_near_limit_to_county_730d = Feature(
    name="ratio_village_near_limit_to_county_730d",
    title=("本村紧贴限额占比与全县之比", "village share of payments close below the limit against the county's"),
    unit="ratio",
    null="none",
    needs=("programs.township_limit",),
    compute=_compute,
    cases=(
        Case("the only one near the limit is here", small.paid(program="RELIEF", amount="1900.00"), 1.75),
        Case("everybody is paid alike", world().paid(program="RELIEF", amount="1900.00"), 1.0),
        Case("an item without a limit", world().paid(), None),
    ),
)
