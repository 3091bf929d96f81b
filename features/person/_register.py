"""What the population register said of the person paid, and of the others of the household."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features._feature import codes_of
from features.asof import Pairs, View
from features.person._identity import BAD_CHECK, identities

Float = NDArray[np.float64]
Codes = NDArray[np.int64]


class Registered(NamedTuple):
    """The latest version on record of the person paid: row number (-1: not registered) and its columns; shape (n,)."""

    row: Codes
    name: Codes
    birth: Float
    household: Codes
    division: Codes
    recorded: Float


def registered(view: View) -> Registered:
    """The register's row of each query's person."""
    return view.memo(_registered)


def _registered(view: View) -> Registered:
    row = view.latest("persons", "person_id")

    def column(name: str) -> NDArray[np.float64]:
        return np.asarray(view.at_rows("persons", name, row), dtype=np.float64)

    return Registered(
        row,
        codes_of(column("name")),
        column("birth_date"),
        codes_of(column("household_id")),
        codes_of(column("division_code")),
        column("recorded_at"),
    )


def household_of(view: View) -> Codes:
    """Household named on the line, or the registered one where the line names none; shape (n,)."""
    return view.memo(_household)


def _household(view: View) -> Codes:
    own = np.asarray(view.own("household_id"), dtype=np.int64)
    return np.where(own >= 0, own, registered(view).household)


def members(view: View) -> Pairs:
    """Everybody registered in the household of the person paid, the person included."""
    return view.memo(_members)


def _members(view: View) -> Pairs:
    return view.match("persons", {"household_id": household_of(view)})


def births(view: View) -> tuple[Float, Float]:
    """Date of birth by the register and by the identity number; each falls back to the other; shape (n,) each."""
    return view.memo(_births)


def _births(view: View) -> tuple[Float, Float]:
    facts, person = identities(view), np.asarray(view.own("person_id"), dtype=np.int64)
    # A number that fails its check digit may have its slip in the birth date.
    by_number = np.where(facts.form[person] == BAD_CHECK, np.nan, facts.birth[person])
    by_register = registered(view).birth
    return (
        np.where(np.isnan(by_register), by_number, by_register),
        np.where(np.isnan(by_number), by_register, by_number),
    )


def sub_view(pairs: Pairs, keys: dict[str, NDArray[np.generic]]) -> View:
    """A view of one query per pair, at the moment of the pair's query, with keys of shape (pairs,)."""
    view = pairs.view
    return View(view.ledger, view.at[pairs.query], None, {name: codes_of(values) for name, values in keys.items()})
