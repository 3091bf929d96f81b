"""What alerts have in common: officials, cards, phones, devices, outlets, households, runs, villages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.asof import View

Int64 = NDArray[np.int64]

KINDS: dict[str, str] = {
    "official": "official",
    "card": "card",
    "phone": "phone",
    "device": "event_value",
    "outlet": "outlet",
    "household": "household",
    "run": "run",
    "village": "division",
}
"""Hub kinds of the contract and the identifier space their ids live in."""


@dataclass(frozen=True, slots=True)
class Hubs:
    """(payment, hub) memberships: `kind` indexes `KINDS`, `code` is the id's code in its space; each pair once."""

    query: Int64
    kind: Int64
    code: Int64


def hubs_of(view: View) -> Hubs:
    """Every hub each payment of the view touches, as of its moment.

    Officials are those who prepared, entered or approved; outlets those where the paid card was emptied; devices
    those bound to it; phones the card's and the payee's.
    """
    found: list[tuple[str, Int64, Int64]] = []
    everybody = np.arange(view.n)

    def add(kind: str, query: NDArray[np.integer], code: NDArray[np.generic]) -> None:
        found.append((kind, np.asarray(query, np.int64), np.asarray(code, np.int64)))

    add("card", everybody, view.own("card_id"))
    add("household", everybody, view.own("household_id"))
    add("run", everybody, view.own("run_id"))
    add("village", everybody, view.own("division_code"))
    add("official", everybody, view.own("prepared_by"))
    if view.has("applications"):
        add("official", everybody, view.lookup("applications", "entered_by", "application_id"))
    if view.has("approvals"):
        approvals = view.match("approvals", "application_id")
        add("official", approvals.query, approvals["official_id"])
    if view.has("cards.phone"):
        add("phone", everybody, view.lookup("cards", "phone", "card_id"))
    if view.has("persons.phone"):
        add("phone", everybody, view.lookup("persons", "phone", "person_id"))
    if view.has("card_events.value"):
        bound = view.match("card_events", "card_id")
        bound = bound.where(bound.is_("kind", "device_bound"))
        add("device", bound.query, bound["value"])
    if view.has("card_transactions.outlet_id"):
        drawn = view.match("card_transactions", "card_id", days=365)
        drawn = drawn.where(drawn.is_("kind", "cash_withdrawal"))
        add("outlet", drawn.query, drawn["outlet_id"])
    kinds = list(KINDS)
    stacked = np.concatenate([np.column_stack([q, np.full(len(q), kinds.index(k)), c]) for k, q, c in found])
    stacked = np.unique(stacked[stacked[:, 2] >= 0], axis=0)
    return Hubs(stacked[:, 0], stacked[:, 1], stacked[:, 2])
