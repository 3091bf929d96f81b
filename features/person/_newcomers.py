"""People the register has not known for long, and what else is known of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from features.asof import LedgerTable, Pairs, View
from features.asof.grows import by_row
from features.asof.ledger import MICROSECONDS_A_DAY, NEVER
from features.card import _opening
from features.graph._owners import holder_of_row

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]

SETTLED_AFTER = 30
"""Days after which a family registered together is complete on the register."""
WEEK = 7


def since(view: View) -> Int64:
    """When the register first knew the payee; NEVER for a number it does not know. Microseconds UTC."""
    persons = view.ledger.tables["persons"]
    first = persons.derived("first_known", _opening.first_known)
    return np.asarray(first[np.asarray(view.own("person_id"), dtype=np.int64)], dtype=np.int64)


@by_row(ahead_days=SETTLED_AFTER)
def lone_newcomer(table: LedgerTable) -> Float:
    """1 for the first row of a person who 30 days on was alone and without a phone, in a register no longer loading.

    For `derived` of `persons`: it is complete 30 days after the row became known, and must not be asked for earlier.
    """
    code = np.asarray(table.column("person_id"), dtype=np.int64)
    first = table.whole.derived("first_known", _opening.first_known)
    later = table.known_at + SETTLED_AFTER * MICROSECONDS_A_DAY
    home = View(table.ledger, later, None, {"household_id": np.asarray(table.column("household_id"), dtype=np.int64)})
    alone = home.distinct("persons", "household_id", of="person_id") <= 1
    window = table.known_at - _opening.NEW_FOR_DAYS * MICROSECONDS_A_DAY
    known = table.whole.known_at
    then = np.searchsorted(known, table.known_at, side="right").astype(np.float64)
    fresh = then - np.searchsorted(known, window, side="right")
    settled = fresh <= _opening.STILL_LOADING * then
    silent = np.asarray(table.column("phone"), dtype=np.int64) < 0
    return np.asarray((first[code] == table.known_at) & alone & settled & silent, dtype=np.float64)


def _asked(view: View) -> View:
    """The village's register a week after the payee came to it, or as far as it was complete by the moment."""
    persons = view.ledger.tables["persons"]
    persons.derived("lone_newcomer", lone_newcomer)
    complete = view.at - SETTLED_AFTER * MICROSECONDS_A_DAY
    known = view.memo(since)
    until = np.minimum(np.where(known == NEVER, complete, known + WEEK * MICROSECONDS_A_DAY), complete)
    village = view.lookup("persons", "division_code", "person_id")
    return View(view.ledger, until, None, {"division_code": np.asarray(village, dtype=np.int64)})


def registered_together(view: View) -> Float:
    """Lone newcomers of the village within a week of the payee, where the payee is one; shape (n,)."""
    found = view.memo(_asked).running("persons", "division_code", days=2 * WEEK, of="lone_newcomer")
    row = view.memo(_asked).latest("persons", {"person_id": view.own("person_id")})
    own = np.asarray(view.ledger.tables["persons"].derived("lone_newcomer", lone_newcomer), dtype=np.float64)
    is_one = (row >= 0) & (own[np.maximum(row, 0)] > 0) if len(own) else np.zeros(view.n, dtype=bool)
    return np.where(is_one, found, 0.0)


def rows_together(view: View) -> Pairs:
    """Register rows of the lone newcomers, as evidence."""
    found = view.memo(_asked).match("persons", "division_code", days=2 * WEEK)
    found = found.where(found.derived("lone_newcomer", lone_newcomer) > 0)
    return Pairs(view, "persons", found.query, found.row)


def traces(view: View) -> Iterator[NDArray[np.bool_]]:
    """One mask by kind of trace the payee has left besides payments, among the tables that were shared."""
    home = view.lookup("persons", "household_id", "person_id")
    yield np.asarray(view.lookup("persons", "phone", "person_id")) >= 0
    yield view.distinct("persons", {"household_id": home}, of="person_id") >= 2
    if view.has("kinship"):
        yield view.running("kinship", "person_id") + view.running("kinship", {"relative_id": view.own("person_id")}) > 0
    if view.has("holdings"):
        yield view.running("holdings", {"household_id": home}) > 0
    if view.has("certificates"):
        yield view.running("certificates", "person_id") > 0
    if view.has("civil_events"):
        yield view.running("civil_events", "person_id") > 0
    if view.has("card_transactions"):
        table = view.ledger.tables["card_transactions"]
        table.derived("holder", holder_of_row)
        table.derived("own_use", _own_use)
        yield view.running("card_transactions", {"holder": view.own("person_id")}, of="own_use") > 0


@by_row()
def _own_use(table: LedgerTable) -> Float:
    """1 for a withdrawal or purchase, 0 for transfers: what a person does at a counter or in a shop."""
    names = table.schema.column("kind").values
    return np.isin(np.asarray(table.column("kind")), (names.index("cash_withdrawal"), names.index("purchase"))).astype(
        np.float64
    )
