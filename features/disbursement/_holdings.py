"""Registered land and stock against what a household is paid for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.asof import Pairs, View
from features.disbursement._same_item import standing
from features.person._register import household_of
from features.program._item import needed_kind

Float = NDArray[np.float64]
Codes = NDArray[np.int64]


def latest_holdings(view: View, household: Codes, kind: Codes, first: Float, last: Float) -> Pairs:
    """Latest version of each parcel of the kind that was valid between two days; arrays of shape (view.n,)."""
    found = view.match("holdings", {"household_id": np.where(kind >= 0, household, -1)})
    found = found.where(found["kind"].astype(np.int64) == kind[found.query])
    # A re-survey is another row of the same parcel; the one known last counts, of those that had begun by then.
    found = found.where(found["valid_from"] <= last[found.query])
    order = np.lexsort((np.arange(len(found)), found["holding_id"], found.query))
    query, parcel = found.query[order], found["holding_id"][order]
    final = np.ones(len(order), dtype=bool)
    final[:-1] = (query[1:] != query[:-1]) | (parcel[1:] != parcel[:-1])
    kept = np.zeros(len(found), dtype=bool)
    kept[order[final]] = True
    open_ = ~(found["valid_to"] < first[found.query])
    return found.where(kept & open_)


def own_holdings(view: View) -> Pairs:
    """Parcels that bound the scored line's quantity."""
    return view.memo(_own_holdings)


def _own_holdings(view: View) -> Pairs:
    kind = needed_kind(view, "holding_kind", "holdings")
    return latest_holdings(view, household_of(view), kind, view.period_from(), view.period_to())


def lines_of_household(view: View) -> Pairs:
    """Standing lines of the household for the same item and any period, the scored one included."""
    return view.memo(_lines_of_household)


def _lines_of_household(view: View) -> Pairs:
    kind = needed_kind(view, "holding_kind", "holdings")
    keys = {"household_id": np.where(kind >= 0, view.own("household_id"), -1), "program_id": view.own("program_id")}
    return standing(view.match("disbursements", keys))
