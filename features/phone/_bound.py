"""The phone a card's notices go to, whose phone that is, and who else's notices go there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.asof import LedgerTable, Pairs, View
from features.asof.grows import by_row
from features.card import _people
from features.disbursement._chain import chain, hands
from features.graph._owners import holder_of_row

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

MOST_CARDS = 300
UNLISTED = 1 << 28
"""Codes of phones from here on are codes of `card_events.value` that no register or card has as a phone."""


def _of_kind(table: LedgerTable, kind: str) -> Bool:
    return np.asarray(np.asarray(table.column("kind")) == table.schema.column("kind").values.index(kind))


@by_row()
def _rebound_card(table: LedgerTable) -> NDArray[np.int32]:
    good = _of_kind(table, "phone_changed") & (np.asarray(table.column("value"), dtype=np.int64) >= 0)
    return np.where(good, table.column("card_id"), -1).astype(np.int32)


@by_row()
def _rebound_value(table: LedgerTable) -> NDArray[np.int32]:
    """The number notices were moved to, as a code of `value`; -1 for other events."""
    return np.where(_of_kind(table, "phone_changed"), table.column("value"), -1).astype(np.int32)


def _phone_of(view: View, value: Int64) -> Int64:
    """Phone code of a code of `value`; for a number nobody registered a code behind all phones; -1 for -1."""
    known = view.crossing(value, "event_value", "phone").astype(np.int64)
    return np.where((known < 0) & (value >= 0), UNLISTED + value, known)


def _value_of(view: View, phone: Int64) -> Int64:
    """The way back."""
    listed = view.crossing(np.where(phone < UNLISTED, phone, -1), "phone", "event_value").astype(np.int64)
    return np.where(phone >= UNLISTED, phone - UNLISTED, listed)


def prepare(view: View) -> None:
    """Derive the columns of `card_events` the other functions look up."""
    if view.has("card_events"):
        events = view.ledger.tables["card_events"]
        events.derived("rebound_card", _rebound_card)
        events.derived("rebound_value", _rebound_value)
        events.derived("holder", holder_of_row)


def rebinding(view: View) -> Int64:
    """Row of `card_events` by which the card's notices were last sent to another phone, -1 none."""
    if not view.has("card_events"):
        return np.full(view.n, -1, dtype=np.int64)
    prepare(view)
    return view.latest("card_events", {"rebound_card": view.own("card_id")})


def phone(view: View) -> Int64:
    """Phone code the card is bound to: the last change on record, else the one on the card; -1 none."""
    row = view.memo(rebinding)
    on_card = np.asarray(view.lookup("cards", "phone", "card_id"), dtype=np.int64)
    if not view.has("card_events"):
        return on_card
    table = view.ledger.tables["card_events"]
    changed = np.asarray(table.derived("rebound_value", _rebound_value), dtype=np.int64)
    if len(changed) == 0:
        return on_card
    return np.where(row >= 0, _phone_of(view, np.where(row >= 0, changed[np.maximum(row, 0)], -1)), on_card)


def _candidates(view: View) -> Int64:
    """Queries whose phone is bound, or was, to cards of more than one person."""
    bound = view.memo(phone)
    people = view.distinct("cards", {"phone": bound}, of="holder_person_id")
    if view.has("card_events"):
        people = people + view.distinct("card_events", {"rebound_value": _value_of(view, bound)}, of="holder")
    return np.flatnonzero((people >= 2) & (people <= MOST_CARDS) & (bound >= 0))


def cards_on_phone(view: View) -> tuple[Int64, Int64, Bool]:
    """(query, card, came there by a change) of every card bound to the same phone at the moment, the own one included.

    Only for phones bound to cards of several people, and of at most 300.
    """
    chosen = view.memo(_candidates)
    bound = view.memo(phone)[chosen]
    asked = _people.sub(view, chosen, {"phone": bound})
    static = asked.match("cards", {"phone": bound})
    query, card = [chosen[static.query]], [static["card_id"].astype(np.int64)]
    if view.has("card_events"):
        changed = asked.match("card_events", {"rebound_value": _value_of(asked, bound)})
        query.append(chosen[changed.query])
        card.append(changed["card_id"].astype(np.int64))
    both, cards = np.concatenate(query), np.concatenate(card)
    shift = np.int64(len(view.ledger.vocabulary("card")) + 1)
    packed = np.unique(both * shift + cards)
    both, cards = packed // shift, packed % shift
    there = _people.sub(view, both, {"card_id": cards})
    still = there.memo(phone) == view.memo(phone)[both]
    moved = there.memo(rebinding) >= 0
    return both[still], cards[still], moved[still]


def holders_on_phone(view: View) -> tuple[Int64, Int64, Int64, Bool]:
    """(query, holder, household, came by a change) by card of `cards_on_phone`."""
    query, card, moved = view.memo(cards_on_phone)
    there = _people.sub(view, query, {"card_id": card})
    holder = np.asarray(there.lookup("cards", "holder_person_id", "card_id"), dtype=np.int64)
    people = _people.sub(view, query, {"person": holder})
    return query, holder, _people.household_of(people, "person"), moved


def official_owners(view: View) -> tuple[Int64, Int64]:
    """(query, person) of officials (now or before), of another household than the payee's, who own the card's phone.

    Asked for phones that were changed to, or that serve cards of several people.
    """
    row = view.memo(rebinding)
    several = np.zeros(view.n, dtype=bool)
    several[view.memo(_candidates)] = True
    chosen = np.flatnonzero((several | (row >= 0)) & (view.memo(phone) >= 0))
    asked = _people.sub(view, chosen, {"phone": view.memo(phone)[chosen]})
    owners = asked.match("persons", "phone")
    person = owners["person_id"].astype(np.int64)
    payee = np.asarray(view.own("person_id"), dtype=np.int64)[chosen][owners.query]
    pairs = _people.sub(asked, owners.query, {"person": person, "payee": payee})
    in_post = pairs.match("officials", {"person_id": person}).count() > 0
    apart = (person != payee) & (_people.household_of(pairs, "person") != _people.household_of(pairs, "payee"))
    kept = in_post & apart
    return chosen[owners.query[kept]], person[kept]


def owner_signed(view: View) -> Bool:
    """Whether an official who owns the card's phone handled a stage of the application, or prepared the line."""
    query, person = view.memo(official_owners)
    hit = np.zeros(len(query), dtype=bool)
    if view.has("approvals"):
        for hand in view.memo(chain).hand.values():
            hit |= hand[query] == person
    prepared = hands(view.ledger, np.asarray(view.own("prepared_by"), dtype=np.int64), view.at)
    hit |= prepared[query] == person
    return _people.any_by(query, hit, view.n)


def rebinding_rows(view: View) -> Pairs:
    """The change of phone, as evidence."""
    row = view.memo(rebinding)
    query = np.flatnonzero(row >= 0)
    return Pairs(view, "card_events", query.astype(np.int32), row[query].astype(np.int32))


def card_rows_on_phone(view: View) -> Pairs:
    """The cards bound to the same phone, as evidence."""
    query, card, _ = view.memo(cards_on_phone)
    asked = _people.sub(view, query, {"card_id": card})
    found = asked.match("cards", "card_id")
    return Pairs(view, "cards", query[found.query].astype(np.int32), found.row)
