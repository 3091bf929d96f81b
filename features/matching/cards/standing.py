"""Every card as of one moment: whose it is, whether it is open, activated, lost, in custody, and what was paid to it.

Dates on a card's row tell of later days too (the day it was closed); what lies after the moment is not read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger, LedgerTable
from features.asof.ledger import MICROSECONDS_A_DAY

Codes = NDArray[np.int64]
Float = NDArray[np.float64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cards:
    """Cards on record at the moment; every array has shape (cards,), days are local days since 1970 (NaN none).

    `replaced_by` is the code of the card that replaced it; `custodian` the person it was last handed to; `opened_with`
    the cards the same hand opened for others on the same day. -1 is unknown or none.
    """

    row: Codes
    card: Codes
    holder: Codes
    kind: Codes
    opened: Float
    activated: Float
    closed: Float
    opener: Codes
    phone: Codes
    lost: Bool
    frozen: Bool
    replaced_by: Codes
    custodian: Codes
    opened_with: Codes

    @property
    def open(self) -> Bool:
        """Not closed by the moment."""
        return np.isnan(self.closed)


def cards_at(ledger: Ledger, at_us: int) -> Cards:
    """All cards whose opening was known at the moment (microseconds UTC)."""
    table = ledger.tables["cards"]
    today = (at_us + ledger.utc_offset) / MICROSECONDS_A_DAY
    row = np.flatnonzero((table.known_at <= at_us) & (table.superseded_at > at_us))

    def code(name: str) -> Codes:
        return table.column(name).astype(np.int64)[row]

    def day(name: str) -> Float:
        values = np.asarray(table.column(name), dtype=np.float64)[row]
        return np.where(values <= today, values, np.nan)

    card, holder = code("card_id"), code("holder_person_id")
    events = _Events(ledger, at_us)
    opener = np.where(code("opened_by_person_id") != holder, code("opened_by_person_id"), -1)
    return Cards(
        row,
        card,
        holder,
        code("kind"),
        day("opened_on"),
        np.fmin(day("activated_on"), np.floor(events.first_day("activated")[card])),
        np.fmin(day("closed_on"), np.floor(events.first_day("closed")[card])),
        opener,
        code("phone"),
        ~np.isnan(events.first_day("reported_lost")[card]),
        ~np.isnan(events.first_day("frozen")[card]),
        events.last_code("replaced", "value", ("event_value", "card"))[card],
        events.last_code("handed_to_proxy", "actor_person_id")[card],
        _opened_with(opener, day("opened_on")),
    )


class _Events:
    """Card events known at the moment, by card code (one more entry for code -1)."""

    def __init__(self, ledger: Ledger, at_us: int) -> None:
        self.ledger = ledger
        self.size = len(ledger.vocabulary("card")) + 1
        self.table: LedgerTable | None = ledger.tables.get("card_events")
        if self.table is not None:
            self.row = np.flatnonzero((self.table.known_at <= at_us) & (self.table.superseded_at > at_us))
            self.card = self.table.column("card_id").astype(np.int64)[self.row]
            self.kind = self.table.column("kind").astype(np.int64)[self.row]

    def first_day(self, kind: str) -> Float:
        """Day of the first event of a kind."""
        out = np.full(self.size, np.nan)
        if self.table is not None:
            chosen = self._chosen(kind)
            when = np.asarray(self.table.column("at"), dtype=np.float64)[self.row[chosen]]
            # Rows lie in order of time: written backwards, the first one stays.
            out[self.card[chosen][::-1]] = when[::-1]
            out[-1] = np.nan
        return out

    def last_code(self, kind: str, column: str, crossing: tuple[str, str] | None = None) -> Codes:
        """A column of the last event of a kind, as codes of another identifier space where `crossing` names both."""
        out = np.full(self.size, -1, dtype=np.int64)
        if self.table is not None and self.table.has(column):
            chosen = self._chosen(kind)
            values = self.table.column(column).astype(np.int64)[self.row[chosen]]
            if crossing is not None:
                values = np.append(self.ledger.crossing(*crossing).astype(np.int64), -1)[values]
            out[self.card[chosen]] = values
            out[-1] = -1
        return out

    def _chosen(self, kind: str) -> Codes:
        if self.table is None:
            return np.empty(0, dtype=np.int64)
        return np.flatnonzero(self.kind == self.table.schema.column("kind").values.index(kind))


def _opened_with(opener: Codes, opened: Float) -> Codes:
    """How many cards the same hand opened for others on the day of each; 0 where the holder opened it."""
    days = np.nan_to_num(opened, nan=-1.0).astype(np.int64)
    _, place, count = np.unique(np.column_stack([opener, days]), axis=0, return_inverse=True, return_counts=True)
    return np.where(opener >= 0, count[place.ravel()], 0)
