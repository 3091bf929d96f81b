"""When a household entered the register, against its village."""

from __future__ import annotations

import numpy as np

from features._feature import Float
from features.asof import LedgerTable, View
from features.asof.ledger import MICROSECONDS_A_DAY
from features.graph._kin import household_of_payee


def _first_recorded(table: LedgerTable) -> Float:
    """Local day the household's first version became known; known to every later version, so never ahead of it."""
    home = np.asarray(table.column("household_id"), dtype=np.int64)
    index = table.index(("household_id",))
    days = (table.known_at + table.ledger.utc_offset) / MICROSECONDS_A_DAY
    first = np.full(len(table.ledger.vocabulary("household")) + 1, np.nan)
    if index.size:
        held = index.ends > index.starts
        first[: index.size][held] = days[index.rows[index.starts[held]]]
    return np.asarray(first[home])


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
