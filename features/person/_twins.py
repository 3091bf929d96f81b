"""Two numbers for one person: the old and the new form, or a second entry with another birth date."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.asof import Pairs, View
from features.asof.ledger import LedgerTable
from features.person._first import first_registered_by_person
from features.person._identity import OLD, identities, near, same_old_and_new
from features.person._register import registered

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

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
    homes = np.append(np.asarray(table.derived("name_in_household", _name_in_household)), -1).astype(np.int64)
    inside = _others(view.match("persons", {"name_in_household": homes[person.row]}))
    apart = np.abs(inside["birth_date"] - inside.own(person.birth))
    housed = inside.where(apart <= DAYS_APART)

    keys = np.append(np.asarray(table.derived("name_and_birth", _name_and_birth)), -1).astype(np.int64)
    anywhere = _others(view.match("persons", {"name_and_birth": keys[person.row]}))
    paid = anywhere.own("person_id").astype(np.int64)
    listed = anywhere["person_id"].astype(np.int64)
    alike = same_old_and_new(facts.characters[paid], facts.form[paid], facts.characters[listed], facts.form[listed])
    alike |= near(facts.characters[paid], facts.characters[listed])
    alike &= anywhere["household_id"].astype(np.int64) != anywhere.own(person.household)
    found = anywhere.where(alike)

    query = np.concatenate([housed.query, found.query])
    row = np.concatenate([housed.row, found.row])
    order = np.lexsort((row, query))
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


def _name_in_household(persons: LedgerTable) -> NDArray[np.int32]:
    """Equal numbers for rows of equal household and name, -1 where one is missing."""
    name, household = persons.column("name").astype(np.int64), persons.column("household_id").astype(np.int64)
    codes = np.unique(household * len(persons.ledger.vocabulary("name")) + name, return_inverse=True)[1]
    return np.where((name >= 0) & (household >= 0), codes, -1).astype(np.int32)


def _name_and_birth(persons: LedgerTable) -> NDArray[np.int32]:
    """Equal numbers for rows of equal name and birth date, -1 where one is missing."""
    name = persons.column("name").astype(np.int64)
    birth = persons.column("birth_date")
    known = (name >= 0) & ~np.isnan(birth)
    both = name * 200_000 + np.nan_to_num(birth).astype(np.int64) + 50_000
    codes = np.unique(both, return_inverse=True)[1]
    return np.where(known, codes, -1).astype(np.int32)
