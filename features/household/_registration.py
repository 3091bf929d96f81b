"""When a household entered the register, against its village."""

from __future__ import annotations

import numpy as np

from features._feature import Float
from features.asof import LedgerTable, View
from features.asof.grows import by_row
from features.asof.ledger import MICROSECONDS_A_DAY
from features.graph._kin import household_of_payee


@by_row()
def _first_recorded(table: LedgerTable) -> Float:
    """Local day the household's first version became known; known to every later version, so never ahead of it."""
    index = table.index(("household_id",))
    first = index.firsts(index.lookup([table.column("household_id")]))
    if not table.rows:
        return np.empty(0)
    days = (table.whole.known_at[np.maximum(first, 0)] + table.ledger.utc_offset) / MICROSECONDS_A_DAY
    return np.where(first >= 0, days, np.nan)


def recorded_on(view: View) -> Float:
    """Local day on which the payee's household entered the register, NaN unknown."""
    table = view.ledger.tables["households"]
    first = table.derived("first_recorded", _first_recorded)
    row = view.latest("households", {"household_id": view.memo(household_of_payee)})
    return np.where(row >= 0, first[np.maximum(row, 0)], np.nan) if table.rows else np.full(view.n, np.nan)


def village_mean(view: View) -> Float:
    """Mean of that day over the households of the village on record, NaN unknown."""
    view.ledger.tables["households"].derived("first_recorded", _first_recorded)
    cells = view.unique("division_code")
    number = cells.running("households", "division_code")
    total = cells.running("households", "division_code", of="first_recorded")
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(cells.spread(np.where(number > 0, total / number, np.nan)))
