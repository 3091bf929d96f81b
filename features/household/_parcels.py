"""Parcels, herds and machines registered to more than one household."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features._feature import Float
from features.asof import Pairs, View
from features.asof._cells import number_rows
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
    groups, place = number_rows([found.query.astype(np.int64), found["household_id"].astype(np.int64)])
    first = np.full(len(groups), np.inf)
    np.minimum.at(first, place, np.where(chosen, found["valid_from"], np.inf))
    out = first[place]
    return np.where(np.isinf(out), np.nan, out)
