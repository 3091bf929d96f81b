"""Share of the item's payments of a year that went to households of the same poverty category as this one.

The category each household had when it was paid; a small share means an item hardly ever paid to such households.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import LedgerTable, View
from features.asof.group_index import latest_row
from features.asof.grows import by_row
from features.disbursement._chain import Codes
from features.graph._kin import household_of_payee

WINDOW_DAYS = 365


@by_row()
def category_then(table: LedgerTable) -> Codes:
    """Category of the household on each payment as known then, -1 unknown; shape (rows,)."""
    households = table.ledger.tables["households"]
    index = households.index(("household_id",))
    row = latest_row(households, index, index.lookup([table.column("household_id")]), table.known_at)
    if not households.rows:
        return row
    return np.where(row >= 0, households.column("category")[np.maximum(row, 0)], -1).astype(np.int64)


def _compute(view: View) -> Float:
    view.ledger.tables["disbursements"].derived("category_then", category_then)
    mine = view.lookup("households", "category", {"household_id": view.memo(household_of_payee)})
    cells = view.unique("program_id", np.asarray(mine, dtype=np.int64), names=("program_id", "category_then"))
    same = cells.running("disbursements", ("program_id", "category_then"), days=WINDOW_DAYS)
    every = cells.running("disbursements", "program_id", days=WINDOW_DAYS)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where((every > 0) & (cells.own("category_then") >= 0), same / every, np.nan)
    return np.asarray(cells.spread(value))


poor = (
    world()
    .change("households", "household_id", "H2", category="low_income")
    .change("households", "household_id", "H3", category="low_income")
)
three = (
    poor.paid("P3", "DIBAO", at="2019-01-20").paid("P4", "DIBAO", at="2019-01-20").paid("P3", "DIBAO", at="2019-02-20")
)

share_recipients_in_category_365d = Feature(
    name="share_recipients_in_category_365d",
    title=("该项目同类别农户占比", "share of the item's payments to households of this category"),
    unit="share",
    null="unknown",
    needs=("households", "households.category"),
    compute=_compute,
    rests_on=lambda view: view.match("households", {"household_id": view.memo(household_of_payee)}),
    cases=(
        Case("a general household among poor ones", three.paid("P1", "DIBAO"), 0.25),
        Case("one of the poor ones", three.paid("P4", "DIBAO"), 1.0),
        Case("a household the register does not know", three.paid("P1", "DIBAO", household_id="H99"), None),
    ),
)
