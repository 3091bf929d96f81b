"""Two numbers for one person: the old and the new form, or a second entry with another birth date."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.asof import Pairs, View
from features.asof.grows import by_row
from features.asof.ledger import LedgerTable
from features.person._first import first_registered_by_person
from features.person._identity import OLD, alike, identities
from features.person._register import registered

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

BEFORE_1970 = 800_000
"""Days added to a date, which makes every date since the year 1 a number from 0 on."""
DAYS_APART = 3 * 366
"""How far two birth dates of one person registered twice may lie apart; a parent and a child lie further."""


def twins(view: View) -> Pairs:
    """Registered numbers that look like a second number of the person paid (rows of `persons`).

    Of the same name, and either in the same household with nearly the same birth date, or anywhere with the same
    birth date and numbers that are the old and the new form of each other or one slip apart.
    """
    return view.memo(_twins)


def _twins(view: View) -> Pairs:
    person = registered(view)
    facts = identities(view)
    table = view.ledger.tables["persons"]
    name = view.at_rows("persons", "name", person.row)
    home = view.at_rows("persons", "household_id", person.row)
    inside = _others(view.match("persons", {"household_id": home, "name": name}))
    apart = np.abs(inside["birth_date"] - inside.own(person.birth))
    housed = inside.where(apart <= DAYS_APART)

    born = np.append(table.derived("birth_number", _birth_number), -1).astype(np.int64)[person.row]
    anywhere = _others(view.match("persons", {"name": name, "birth_number": born}))
    paid = anywhere.own("person_id").astype(np.int64)
    listed = anywhere["person_id"].astype(np.int64)
    elsewhere = anywhere["household_id"].astype(np.int64) != anywhere.own(person.household)
    found = anywhere.where(alike(facts.characters, facts.form, paid, listed) & elsewhere)

    query = np.concatenate([housed.query, found.query])
    row = np.concatenate([housed.row, found.row])
    order = np.lexsort((table.ranks[row], query))
    return Pairs(view, "persons", query[order], row[order])


def second_number(pairs: Pairs) -> Bool:
    """Whether the number paid is the old form, or the later entry where forms are equal."""
    first = first_registered_by_person(pairs.view)
    facts = identities(pairs.view)
    paid = pairs.own("person_id").astype(np.int64)
    listed = pairs["person_id"].astype(np.int64)
    old_paid, old_listed = facts.form[paid] == OLD, facts.form[listed] == OLD
    return np.asarray(np.where(old_paid == old_listed, first[paid] > first[listed], old_paid), dtype=np.bool_)


def _others(pairs: Pairs) -> Pairs:
    return pairs.where(pairs["person_id"].astype(np.int64) != pairs.own("person_id"))


@by_row()
def _birth_number(persons: LedgerTable) -> NDArray[np.int32]:
    """The birth date as a number from 0 on, -1 where it is missing."""
    birth = persons.column("birth_date")
    return np.where(np.isnan(birth), -1, np.nan_to_num(birth) + BEFORE_1970).astype(np.int32)
