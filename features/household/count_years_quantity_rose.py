"""How many periods in a row, up to two, the household's quantity rose by more than a tenth."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.disbursement._holdings import lines_of_household
from features.household._rising import rises_in_a_row
from features.program._item import needed_kind


def _compute(view: View) -> Float:
    table = view.ledger.tables["disbursements"]
    rises = table.derived("rises_in_a_row", rises_in_a_row)
    row = view.latest("disbursements", "disbursement_id")
    value = np.where(row >= 0, rises[np.maximum(row, 0)], np.nan)
    return np.where(needed_kind(view, "holding_kind", "holdings") >= 0, value, np.nan)


grew = world().paid("P1", "LAND", at="2017-07-20", quantity=7.5).paid("P1", "LAND", at="2018-07-20", quantity=9.9)

count_years_quantity_rose = Feature(
    name="count_years_quantity_rose",
    title=("面积连续增加的年数", "years in a row the quantity rose"),
    unit="count",
    null="none",
    needs=("programs.holding_kind", "disbursements.quantity"),
    compute=_compute,
    rests_on=lines_of_household,
    cases=(
        Case("twice", grew.paid("P1", "LAND", at="2019-07-20", quantity=12), 2.0),
        Case("last year only", grew.paid("P1", "LAND", at="2019-07-20", quantity=9.9), 0.0),
        Case(
            "once, this year",
            world().paid("P1", "LAND", at="2018-07-20", quantity=8).paid("P1", "LAND", at="2019-07-20", quantity=10),
            1.0,
        ),
        Case("not bounded by a holding", world().paid("P1"), None),
    ),
)
