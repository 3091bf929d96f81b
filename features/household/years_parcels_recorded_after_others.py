"""How many years later the holdings behind the payment were recorded than the county's of that kind on average.

Each parcel counts with its quantity.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import LedgerTable, View
from features.asof.grows import by_row
from features.asof.ledger import MICROSECONDS_A_DAY
from features.disbursement._holdings import own_holdings

YEAR = 365.25


@by_row()
def recorded_day(table: LedgerTable) -> Float:
    """Local day on which each row was recorded."""
    return np.asarray((table.known_at + table.ledger.utc_offset) / MICROSECONDS_A_DAY)


def _compute(view: View) -> Float:
    own = own_holdings(view)
    days = own.derived("recorded_day", recorded_day)
    weight = own["quantity"]
    total = own.sum(weight)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = own.sum(days * weight) / total
    kind = np.full(view.n, -1, dtype=np.int64)
    kind[own.query] = own["kind"]
    cells = view.unique(kind, names=("kind",))
    with np.errstate(divide="ignore", invalid="ignore"):
        usual = cells.running("holdings", "kind", of="recorded_day") / cells.running("holdings", "kind")
    return np.asarray((mean - cells.spread(usual)) / YEAR)


old = world()
for number in range(9):
    old = old.add("holdings", holding_id=f"F{number}", household_id="H3", recorded_at="2009-01-01T00:00:00")

years_parcels_recorded_after_others = Feature(
    name="years_parcels_recorded_after_others",
    title=("地块登记晚于全县平均的年数", "years its holdings were recorded after the county's on average"),
    unit="score",
    null="none",
    needs=("holdings", "holdings.recorded_at", "programs.holding_kind"),
    compute=_compute,
    rests_on=own_holdings,
    cases=(
        Case(
            "recorded ten years after nine others",
            old.add("holdings", holding_id="L1", household_id="H1", recorded_at="2019-01-01T00:00:00").paid(
                "P1", "LAND"
            ),
            9.0,
            0.01,
        ),
        Case("nothing registered", old.paid("P1", "LAND"), None),
    ),
)
