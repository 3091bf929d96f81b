"""Months between the last month paid to the person for the item and the period, though the person was on the item."""

from __future__ import annotations

import numpy as np

from features._calendar import month_of
from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.disbursement._same_item import earlier, lines_of_item, standing
from features.program._item import item_is


def _lines(view: View) -> Pairs:
    """Standing earlier lines of the item for periods before this one."""
    return view.memo(_earlier)


def _earlier(view: View) -> Pairs:
    found = earlier(lines_of_item(view))
    monthly = item_is(view, "frequency", "monthly", "quarterly")
    return standing(found.where(monthly[found.query] & (found.period_from() < view.period_from()[found.query])))


def _compute(view: View) -> Float:
    found = _lines(view)
    covered = month_of(found.period_to())
    counted = item_is(view, "quantity_unit", "month")[found.query]
    # A lump sum reaches beyond its own period.
    lump = month_of(found.period_from()) + np.nan_to_num(found["quantity"], nan=1.0) - 1
    reached = found.max(np.where(counted, np.fmax(covered, lump), covered))
    return np.maximum(month_of(view.period_from()) - reached - 1, 0.0)


january = world().paid("P1", period="2019-01", at="2019-01-20")

count_months_unpaid_before = Feature(
    name="count_months_unpaid_before",
    title=("此前漏发的月数", "months left unpaid before this payment"),
    unit="count",
    null="none",
    needs=(),
    compute=_compute,
    rests_on=_lines,
    cases=(
        Case("two months left out", january.paid("P1", period="2019-04"), 2.0),
        Case("the month after", january.paid("P1", period="2019-02", at="2019-02-20"), 0.0),
        Case(
            "paid at once afterwards",
            january.paid("P1", period="2019-02", at="2019-03-20", quantity=2).paid("P1", period="2019-04"),
            0.0,
        ),
        Case("the first payment", world().paid("P1"), None),
    ),
)
