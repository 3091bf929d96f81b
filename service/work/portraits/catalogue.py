"""The public catalogue of items and their rates, read from the facts on record and remembered until it changes."""

from __future__ import annotations

import datetime as dt
import threading
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from service.store import Database, facts
from service.work.context import Context
from service.work.facts.batches import read_after

TABLES: Final = ("programs", "program_rates")

Row = Mapping[str, Any]
"""A row of the contract's table in canonical types; a column nobody handed over is missing."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Items by number and the rates of each, as `programs` and `program_rates` rows."""

    programs: Mapping[str, Row]
    rates: Mapping[str, Sequence[Row]]

    def rates_at(self, program_id: str, day: dt.date, places: Sequence[str] = ()) -> list[Row]:
        """The rates of an item on a day: of the nearest of some divisions (a place and what it lies under, lowest
        first) that has any, else those that hold everywhere; by grade."""
        holding = [
            rate
            for rate in self.rates.get(program_id, ())
            if rate["valid_from"] <= day and (rate.get("valid_to") is None or day <= rate["valid_to"])
        ]
        for place in (*places, None):
            found = [rate for rate in holding if rate.get("division_code") == place]
            if found:
                return sorted(found, key=lambda rate: (rate.get("grade") or 0, rate["rate"]))
        return []

    def differs_by_place(self, program_id: str, day: dt.date) -> bool:
        """Whether rates of an item on a day are not the same everywhere."""
        return any(
            rate.get("division_code") is not None and rate["valid_from"] <= day
            and (rate.get("valid_to") is None or day <= rate["valid_to"])
            for rate in self.rates.get(program_id, ())
        )  # fmt: skip


class _Kept:
    """The catalogue as of a batch."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.seq = -1
        self.found = Catalogue({}, {})


_KEPT: weakref.WeakKeyDictionary[Database, _Kept] = weakref.WeakKeyDictionary()


def catalogue(context: Context, connection: Connection) -> Catalogue:
    """The catalogue as it stands. It is some dozens of rows, and made anew only when one of them came in."""
    kept = _KEPT.setdefault(context.database, _Kept())
    seq = facts.last_seq_of(connection, TABLES)
    with kept.lock:
        if kept.seq != seq:
            kept.found = _read(context, connection)
            kept.seq = seq
        return kept.found


def _read(context: Context, connection: Connection) -> Catalogue:
    programs: dict[str, Row] = {}
    rates: dict[str, dict[tuple[Any, ...], Row]] = {}
    for _, table, rows in read_after(context, connection, 0, tables=TABLES):
        for row in rows.to_pylist():
            if table == "programs":
                programs[row["program_id"]] = row
            else:
                # A rate sent again for the same place, grade and day corrects the one before.
                key = (row.get("division_code"), row.get("grade"), row["valid_from"])
                rates.setdefault(row["program_id"], {})[key] = row
    return Catalogue(programs, {program: list(found.values()) for program, found in rates.items()})
