"""Cards opened by one hand within a fortnight, and how well known their holders were on the day.

Everything is derived from what was on record when each card was opened, so it stays the same at any later moment.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.asof import LedgerTable, Pairs, View
from features.asof.grows import by_code, by_row
from features.asof.ledger import ALWAYS, MICROSECONDS_A_DAY
from features.card import _holder

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]

WEEK = 7.0
NEW_FOR_DAYS = 60
STILL_LOADING = 0.5
"""A register that grew by more than this share in those days was still being loaded: nobody in it is a newcomer."""


@njit(cache=True, nogil=True)
def _first_known(codes: Int64, known: Int64, size: int) -> Int64:
    out = np.full(size + 1, np.iinfo(np.int64).max, np.int64)
    for i in range(codes.shape[0]):
        if codes[i] >= 0 and known[i] < out[codes[i]]:
            out[codes[i]] = known[i]
    return out


def _first_known_of(table: LedgerTable, arrived: LedgerTable, values: Int64, first: int) -> None:
    codes = np.asarray(arrived.column("person_id"), dtype=np.int64)
    np.minimum.at(values, codes[codes >= 0], arrived.known_at[codes >= 0])


@by_code("person", _first_known_of)
def first_known(table: LedgerTable) -> Int64:
    """By person code when the register first knew the person (NEVER: not at all); one more entry for code -1.

    For `derived` of `persons`.
    """
    codes = np.asarray(table.column("person_id"), dtype=np.int64)
    return np.asarray(_first_known(codes, table.known_at, len(table.ledger.vocabulary("person"))))


@by_row()
def opened_by_another(table: LedgerTable) -> NDArray[np.int32]:
    """Who opened the card, where it was not the holder; -1 else. For `derived` of `cards`."""
    opener = np.asarray(table.column("opened_by_person_id"))
    return np.where(opener != table.column("holder_person_id"), opener, -1).astype(np.int32)


def _as_of_opening(table: LedgerTable) -> View:
    """A view of the register with a query a card, as of the day it was opened."""
    return View(
        table.ledger, table.known_at, None, {"person_id": np.asarray(table.column("holder_person_id"), np.int64)}
    )


@by_row()
def newcomer(table: LedgerTable) -> Float:
    """1 where the holder was new to a settled register when the card was opened, else 0. For `derived` of `cards`."""
    persons = table.ledger.tables["persons"]
    since = persons.derived("first_known", first_known)[np.asarray(table.column("holder_person_id"), dtype=np.int64)]
    recent = since > np.where(table.known_at == ALWAYS, ALWAYS, table.known_at - NEW_FOR_DAYS * MICROSECONDS_A_DAY)
    known = persons.known_at
    then = np.searchsorted(known, table.known_at, side="right").astype(np.float64)
    before = np.searchsorted(known, table.known_at - NEW_FOR_DAYS * MICROSECONDS_A_DAY, side="right")
    settled = (then > 0) & (then - before <= STILL_LOADING * then)
    return (recent & settled).astype(np.float64)


@by_row()
def lone_newcomer(table: LedgerTable) -> Float:
    """1 where the newcomer was the only known member of a household. For `derived` of `cards`."""
    asked = _as_of_opening(table)
    home = np.asarray(asked.lookup("persons", "household_id", "person_id"), dtype=np.int64)
    size = View(table.ledger, table.known_at, None, {"household_id": home}).distinct(
        "persons", "household_id", of="person_id"
    )
    return np.asarray(table.derived("newcomer", newcomer), dtype=np.float64) * (size <= 1)


@by_row()
def unreachable_newcomer(table: LedgerTable) -> Float:
    """1 where the newcomer had left no phone with the register and none was bound to the card. For `derived`."""
    asked = _as_of_opening(table)
    phone = np.asarray(asked.lookup("persons", "phone", "person_id"), dtype=np.int64)
    silent = (phone < 0) & (np.asarray(table.column("phone"), dtype=np.int64) < 0)
    return np.asarray(table.derived("newcomer", newcomer), dtype=np.float64) * silent


@by_row()
def second_card(table: LedgerTable) -> Float:
    """1 where the holder had another open card of the same kind when this one was opened. For `derived`."""
    holder = np.asarray(table.column("holder_person_id"), dtype=np.int64)
    asked = View(table.ledger, table.known_at, None, {"holder_person_id": holder})
    others = asked.match("cards", "holder_person_id")
    closed = others["closed_on"]
    opened = np.asarray(table.column("opened_on"), dtype=np.float64)[others.query]
    still = np.isnan(closed) | (closed > opened)
    same = others["kind"] == np.asarray(table.column("kind"))[others.query]
    other = np.asarray(table.column("card_id"))[others.query] != others["card_id"]
    return (others.where(still & same & other).count() > 0).astype(np.float64)


def opener(view: View) -> Int64:
    """Who opened the card paid to, where it was not the holder; -1 else or unknown."""
    row = view.memo(_holder.card_row)
    values = np.asarray(view.ledger.tables["cards"].derived("opened_by_another", opened_by_another), dtype=np.int64)
    return np.where(row >= 0, values[np.maximum(row, 0)], -1) if len(values) else np.full(view.n, -1, dtype=np.int64)


def batch(view: View) -> View:
    """A view of the cards the same hand opened: asked a week after this card's opening, or now if that is earlier."""
    cards = view.ledger.tables["cards"]
    for name, make in (
        ("newcomer", newcomer),
        ("lone_newcomer", lone_newcomer),
        ("unreachable_newcomer", unreachable_newcomer),
        ("second_card", second_card),
    ):
        cards.derived(name, make)
    opened = _holder.card_fact(view, "opened_on")
    until = np.where(np.isnan(opened), view.day_at, np.minimum(opened + WEEK, view.day_at))
    moment = np.minimum(view.ledger.moment(until), view.at)
    return View(view.ledger, moment, None, {"opened_by_another": view.memo(opener)})


def counted(view: View, of: str | None = None) -> Float:
    """Cards of the batch (or the sum of a derived column over them); NaN where the holder opened the card alone."""
    found = view.memo(batch).running("cards", "opened_by_another", days=2 * WEEK, of=of)
    return np.where(view.memo(opener) >= 0, found, np.nan)


def batch_rows(view: View) -> Pairs:
    """The cards of the batch, as evidence."""
    asked = view.memo(batch)
    found = asked.match("cards", "opened_by_another", days=2 * WEEK)
    return Pairs(view, "cards", found.query, found.row)
