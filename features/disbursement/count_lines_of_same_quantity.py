"""Other standing lines of the household for the same item and period that pay the very same quantity."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.disbursement._holdings import lines_of_household
from features.disbursement._same_item import others


def _lines(view: View) -> Pairs:
    found = others(lines_of_household(view))
    same = found["period"].astype(np.int64) == found.own("period")
    return found.where(same & (found["quantity"] == found.own("quantity")))


def _compute(view: View) -> Float:
    return _lines(view).count()


ten = world().add("holdings", holding_id="L1", household_id="H1", quantity=10)

count_lines_of_same_quantity = Feature(
    name="count_lines_of_same_quantity",
    title=("同户同项同期同数量的其他笔数", "other lines of the household for the item, period and quantity"),
    unit="count",
    null="none",
    needs=("disbursements.quantity", "programs.holding_kind"),
    compute=_compute,
    rests_on=_lines,
    cases=(
        Case(
            "the whole holding on two lines", ten.paid("P1", "LAND", quantity=10).paid("P1", "LAND", quantity=10), 1.0
        ),
        Case("two parcels on two lines", ten.paid("P1", "LAND", quantity=4).paid("P1", "LAND", quantity=6), 0.0),
        Case(
            "the year before",
            ten.paid("P1", "LAND", quantity=10, at="2018-07-20").paid("P1", "LAND", quantity=10),
            0.0,
        ),
    ),
)
