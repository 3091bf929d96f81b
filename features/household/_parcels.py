"""Parcels, herds and machines registered to more than one household."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features._feature import Float
from features.asof import Pairs, View
from features.disbursement._holdings import own_holdings
from features.person._register import household_of


def also_elsewhere(view: View) -> tuple[Pairs, NDArray[np.float64]]:
    """Rows of other households for the payee household's parcels that are still open, and by row how many days later
    the payee's household registered the parcel (0: together; NaN unknown)."""
    own = own_holdings(view)
    by_parcel = View(view.ledger, view.at[own.query], None, {"holding_id": own["holding_id"].astype(np.int64)})
    found = by_parcel.match("holdings", "holding_id")
    home = household_of(view)[own.query[found.query]]
    mine = found["household_id"].astype(np.int64) == home
    since = _first(found, mine)[found.query]
    there = _open_since(found, ~mine)
    moment = np.floor(view.day_at)[own.query[found.query]]
    others = ~mine & (~(found["valid_to"] < moment))
    later = since - there
    return Pairs(view, "holdings", own.query[found.query[others]], found.row[others]), later[others]


def _first(found: Pairs, chosen: NDArray[np.bool_]) -> Float:
    """Earliest day each query's chosen rows are valid from, NaN where none; shape (queries,)."""
    return found.where(chosen).min(found["valid_from"][chosen])


def _open_since(found: Pairs, chosen: NDArray[np.bool_]) -> Float:
    """By pair: the earliest day this pair's household held the parcel."""
    key = found.query.astype(np.int64) * (int(found["household_id"].max()) + 2 if len(found) else 1)
    key = key + found["household_id"].astype(np.int64)
    if len(key) == 0:
        return np.empty(0)
    groups, place = np.unique(key, return_inverse=True)
    first = np.full(len(groups), np.inf)
    np.minimum.at(first, place, np.where(chosen, found["valid_from"], np.inf))
    out = first[place]
    return np.where(np.isinf(out), np.nan, out)
