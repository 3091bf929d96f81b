"""How much more often payments close below the township's limit come from this reviewer's hand than from others.

Share of the item's payments between three quarters of the limit and the limit among those the township's reviewer (or
who prepared the line) passed, against the county's, over a year, smoothed with three payments at the county's share.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import World, world
from features.asof import LedgerTable, View
from features.asof.grows import by_row
from features.disbursement._chain import Codes
from features.division.ratio_village_near_limit_to_county_730d import near_limit
from features.official._tenure import township_hand
from features.program._of_code import of_item

WINDOW_DAYS = 365
WEIGHT = 3.0


@by_row()
def _reviewer(table: LedgerTable) -> Codes:
    """Official behind each payment's township review as known then, or who prepared it; only where a limit applies."""
    rows = np.flatnonzero(~np.isnan(of_item(table, "township_limit")))
    out = np.full(table.rows, -1, dtype=np.int64)
    if len(rows):
        out[rows] = township_hand(View(table.ledger, table.known_at[rows], table.row_numbers[rows]))
    return out


def _compute(view: View) -> Float:
    table = view.ledger.tables["disbursements"]
    table.derived("near_township_limit", near_limit)
    table.derived("limit_reviewer", _reviewer)
    limit = view.lookup("programs", "township_limit", "program_id")
    program = np.where(np.isnan(limit), -1, np.asarray(view.own("program_id"), dtype=np.int64))
    cells = view.unique(view.memo(township_hand), program, names=("limit_reviewer", "program_id"))
    hand = ("limit_reviewer", "program_id")
    number = cells.running("disbursements", hand, days=WINDOW_DAYS)
    close = cells.running("disbursements", hand, days=WINDOW_DAYS, of="near_township_limit")
    every = cells.running("disbursements", "program_id", days=WINDOW_DAYS)
    with np.errstate(divide="ignore", invalid="ignore"):
        usual = cells.running("disbursements", "program_id", days=WINDOW_DAYS, of="near_township_limit") / every
        value = (close + WEIGHT * usual) / (number + WEIGHT) / usual
    return np.asarray(cells.spread(np.where(np.isfinite(value), value, np.nan)))


def passed(by: str, near: int, far: int) -> World:
    """Relief of the year before: so many close below the limit prepared by one hand, so many small ones by another."""
    made = world()
    for number in range(near):
        made = made.paid(
            "P3", "RELIEF", at=f"2019-01-{number + 1:02d}", household_id=f"N{number}", amount="1950.00", prepared_by=by
        )
    for number in range(far):
        made = made.paid("P6", "RELIEF", at=f"2019-02-{number + 1:02d}", amount="500.00", prepared_by="O7")
    return made


ratio_reviewer_near_limit_to_county_365d = Feature(
    name="ratio_reviewer_near_limit_to_county_365d",
    title=("审核人紧贴限额占比与全县之比", "reviewer's share of payments close below the limit against the county's"),
    unit="ratio",
    null="none",
    needs=("programs.township_limit",),
    compute=_compute,
    cases=(
        Case("five of five against ten elsewhere", passed("O2", 4, 10).paid("P4", "RELIEF", amount="1900.00"), 2.25),
        Case("an item without a limit", world().paid("P4"), None),
    ),
)
