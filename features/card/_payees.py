"""The other people and households a card has been paid for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.asof import Pairs, View
from features.card import _holder, _people

Float = NDArray[np.float64]


@dataclass(frozen=True)
class OnCard:
    """Payments on record to cards that several people are paid on: (query, row of `disbursements`) pairs.

    `foreign` marks payments for a household that is not the holder's and for a person the holder is no proxy of.
    """

    pairs: Pairs
    household: NDArray[np.int64]
    foreign: NDArray[np.bool_]


def several(view: View) -> OnCard:
    """All payments on record to the card, for queries whose card has been paid for more than one person."""
    distinct = view.distinct("disbursements", "card_id", of="person_id")
    relation = view.memo(_holder.relation)
    chosen = np.flatnonzero((distinct >= 2) & (relation != _holder.INSTITUTION))
    held = _people.sub(
        view, chosen, {"card_id": view.own("card_id")[chosen], "holder": view.memo(_holder.holder)[chosen]}
    )
    found = held.match("disbursements", "card_id")
    pairs = Pairs(view, "disbursements", chosen[found.query].astype(np.int32), found.row)
    tied = _people.sub(
        held, found.query, {"payee": pairs["person_id"].astype(np.int64), "holder": held.own("holder")[found.query]}
    )
    home = _people.household_of(tied, "holder")
    household = pairs["household_id"].astype(np.int64)
    household = np.where(household >= 0, household, _people.household_of(tied, "payee"))
    own = ((home >= 0) & (home == household)) | _people.lived_together(tied, "payee", "holder")
    return OnCard(pairs, household, ~own & ~_people.authorised(tied, "payee", "holder") & (household >= 0))


def foreign_rows(view: View) -> Pairs:
    """Payments to the card for households that are not the holder's, as evidence."""
    found = view.memo(several)
    return found.pairs.where(found.foreign)
