"""What the register says of every person at one moment: household, relation to its head, village, phone, death."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger, View
from features.person._status import departmental

Codes = NDArray[np.int64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class People:
    """By person code, with one more entry for code -1 (null). -1 is unknown; `relation` counts the contract's values.

    `dead` is true where a department other than the village has reported the death.
    """

    known: Bool
    household: Codes
    relation: Codes
    division: Codes
    phone: Codes
    official: Bool
    dead: Bool


def people_at(ledger: Ledger, at_us: int) -> People:
    """The register as known at a moment (microseconds UTC)."""
    size = len(ledger.vocabulary("person"))
    view = every_person(ledger, at_us)
    row = view.latest("persons", "person_id")

    def column(name: str) -> Codes:
        return np.append(view.at_rows("persons", name, row).astype(np.int64), -1)

    dead = np.zeros(size + 1, dtype=bool)
    if view.has("civil_events"):
        found = view.match("civil_events", "person_id")
        found = found.where(found.is_("kind", "death"))
        dead[found.query[departmental(found)]] = True
    official = np.zeros(size + 1, dtype=bool)
    if view.has("officials.person_id"):
        table = ledger.tables["officials"]
        holds = table.known_at <= at_us
        official[table.column("person_id").astype(np.int64)[holds]] = True
        official[-1] = False
    return People(
        np.append(row >= 0, False),
        column("household_id"),
        column("relation_to_head"),
        column("division_code"),
        column("phone"),
        official,
        dead,
    )


def every_person(ledger: Ledger, at_us: int) -> View:
    """A view with one query a person code, all at one moment."""
    size = len(ledger.vocabulary("person"))
    return View(ledger, np.full(size, at_us, dtype=np.int64), None, {"person_id": np.arange(size)})
