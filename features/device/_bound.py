"""The devices (phones, wallets) a card is bound to, and whose other cards are bound to them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.asof import LedgerTable, Pairs, View
from features.asof.grows import by_row
from features.card import _people
from features.graph._owners import holder_of_row

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]

MOST_BINDINGS = 300


def _is_binding(table: LedgerTable) -> NDArray[np.bool_]:
    kind = np.asarray(table.column("kind"))
    return np.asarray(
        (kind == table.schema.column("kind").values.index("device_bound"))
        & (np.asarray(table.column("value"), dtype=np.int64) >= 0)
    )


@by_row()
def _device(table: LedgerTable) -> NDArray[np.int32]:
    return np.where(_is_binding(table), table.column("value"), -1).astype(np.int32)


@by_row()
def _device_card(table: LedgerTable) -> NDArray[np.int32]:
    return np.where(_is_binding(table), table.column("card_id"), -1).astype(np.int32)


def bindings(view: View) -> Pairs:
    """Bindings of the card to a device on record."""
    events = view.ledger.tables["card_events"]
    events.derived("device", _device)
    events.derived("device_card", _device_card)
    events.derived("holder", holder_of_row)
    return view.match("card_events", {"device_card": view.own("card_id")})


def on_same_device(view: View) -> tuple[Int64, Int64, Int64]:
    """(position in `bindings`, holder, row of `card_events`) of every binding of the same devices; at most 300 each.

    Only for devices bound to cards of several people.
    """
    own = view.memo(bindings)
    asked = _people.sub(view, own.query, {"device": own["value"]})
    people = asked.distinct("card_events", "device", of="holder")
    chosen = np.flatnonzero((people >= 2) & (people <= MOST_BINDINGS))
    there = _people.sub(asked, chosen, {"device": asked.own("device")[chosen]})
    found = there.match("card_events", "device")
    holder = np.asarray(view.ledger.tables["card_events"].derived("holder", holder_of_row), dtype=np.int64)[found.row]
    return chosen[found.query], holder, found.row.astype(np.int64)


def most(view: View, place: Int64, codes: Int64) -> Float:
    """For each query the largest number of different codes over its devices; 0 where no device is shared."""
    own = view.memo(bindings)
    count = _people.distinct_by(place, codes, len(own))
    out = np.zeros(view.n)
    order = np.argsort(count, kind="stable")
    out[own.query[order]] = count[order]
    return out


def of_unrelated(view: View) -> tuple[Int64, Int64, Int64]:
    """Those of `on_same_device` whose holder is unrelated to the payee: (position in `bindings`, household, row)."""
    own = view.memo(bindings)
    place, holder, row = view.memo(on_same_device)
    payee = np.asarray(view.own("person_id"), dtype=np.int64)[own.query[place]]
    pairs = _people.sub(view, own.query[place], {"one": payee, "other": holder})
    apart = _people.unrelated(pairs, "one", "other")
    return place[apart], _people.household_of(pairs, "other")[apart], row[apart]


def households(view: View) -> Float:
    """Most households of unrelated holders on one of the card's devices, the payee's own not counted."""
    place, household, _ = view.memo(of_unrelated)
    return most(view, place, household)


def people(view: View) -> Float:
    """Most people whose cards are bound to one of the card's devices; 1 where it is only the holder's."""
    own = view.memo(bindings)
    place, holder, _ = view.memo(on_same_device)
    return np.maximum(most(view, place, holder), own.any())


def rows_of(view: View) -> Pairs:
    """Every binding of the card's shared devices, as evidence."""
    own = view.memo(bindings)
    place, _, row = view.memo(on_same_device)
    query = own.query[place].astype(np.int64)
    order = np.lexsort((view.ledger.tables["card_events"].ranks[row], query))
    return Pairs(view, "card_events", query[order].astype(np.int32), row[order].astype(np.int32))
