"""Periods within a year for which the item was paid to the person in two villages, this line's included."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.disbursement._places import current, lines_of_two_villages_365d
from features.disbursement._same_item import standing


def _lines(view: View) -> Pairs:
    """Standing lines of the item within a year whose period another village paid as well."""
    found = standing(lines_of_two_villages_365d(view))
    period = found["period"].astype(np.int64)
    village = current(view, found["division_code"])
    order = np.lexsort((period, found.query))
    query, period, village = found.query[order], period[order], village[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (query[1:] != query[:-1]) | (period[1:] != period[:-1])
    group = np.cumsum(first) - 1
    low, high = np.full(first.sum(), np.inf), np.full(first.sum(), -np.inf)
    np.minimum.at(low, group, village)
    np.maximum.at(high, group, village)
    both = np.zeros(len(found), dtype=bool)
    both[order] = (low != high)[group]
    return found.where(both)


def _compute(view: View) -> Float:
    found = _lines(view)
    return found.distinct(found["period"])


elsewhere = world().paid("P1", division_code="519901102001", period="2019-04", at="2019-04-18")

count_periods_in_two_villages_365d = Feature(
    name="count_periods_in_two_villages_365d",
    title=("一年内两村同期发放的期数", "periods paid in two villages, in a year"),
    unit="count",
    null="none",
    needs=("divisions",),
    compute=_compute,
    rests_on=_lines,
    cases=(
        Case("both villages pay April", elsewhere.paid("P1"), 1.0),
        Case("moved: April there, May here", elsewhere.paid("P1", period="2019-05", at="2019-05-18"), 0.0),
        Case("another item", elsewhere.paid("P1", "LAND"), 0.0),
    ),
)
