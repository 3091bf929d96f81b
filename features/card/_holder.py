"""Whose card the payment goes to, and what that person is to the payee."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.asof import Pairs, View
from features.card import _people as people

SELF, HOUSEHOLD, AUTHORISED, KIN, INSTITUTION, STRANGER = range(6)
UNKNOWN = -1
KINDS = ("social_security", "passbook", "debit", "institution")

Codes = NDArray[np.int64]


def card_row(view: View) -> Codes:
    """Row of `cards` for the card paid to, -1 where no such card is on record."""
    return view.latest("cards", "card_id")


def card_fact(view: View, column: str) -> NDArray[np.float64]:
    """A column of the card paid to; null where the card is not on record."""
    return np.asarray(view.at_rows("cards", column, view.memo(card_row)), dtype=np.float64)


def holder(view: View) -> Codes:
    """Person code of the holder of the card, -1 unknown."""
    return view.at_rows("cards", "holder_person_id", view.memo(card_row)).astype(np.int64)


def relation(view: View) -> Codes:
    """What the holder is to the payee (SELF ... STRANGER), UNKNOWN where that cannot be told; shape (n,).

    A stranger lives in another household the register knows, and is neither a proxy, nor kin, nor an institution, on
    record at the moment.
    """
    who, payee = view.memo(holder), np.asarray(view.own("person_id"), dtype=np.int64)
    out = np.full(view.n, UNKNOWN, dtype=np.int64)
    out[(who >= 0) & (who == payee)] = SELF
    out[(who >= 0) & (card_fact(view, "kind") == KINDS.index("institution"))] = INSTITUTION
    chosen = np.flatnonzero((who >= 0) & (out == UNKNOWN))
    if len(chosen) == 0:
        return out
    pairs = people.sub(view, chosen, {"payee": payee[chosen], "holder": who[chosen]})
    home, other = people.household_of(pairs, "payee"), people.household_of(pairs, "holder")
    on_roster = np.asarray(view.own("household_id"), dtype=np.int64)[chosen]
    together = (other >= 0) & ((other == home) | (other == on_roster) | people.lived_together(pairs, "payee", "holder"))
    strangers = (other >= 0) & ((home >= 0) | (on_roster >= 0)) & ~together
    found = np.where(strangers, STRANGER, UNKNOWN)
    found[people.are_kin(pairs, "payee", "holder")] = KIN
    found[together] = HOUSEHOLD
    found[people.authorised(pairs, "payee", "holder")] = AUTHORISED
    out[chosen] = found
    return out


def card_rows(view: View) -> Pairs:
    """The card paid to, as evidence."""
    return view.match("cards", "card_id")
