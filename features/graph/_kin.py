"""Ties between a payee's household and officials: own household or kin, as known at a moment.

The table of ties is built once for a ledger from the few people who hold a post, so that asking costs a short list
per payment, whatever the size of the register.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features._feature import Float, codes_of
from features.asof import Ledger, Pairs, View
from features.asof import _kernels as kernels
from features.asof.ledger import NEVER
from features.asof.view import index_memo
from features.disbursement._chain import Codes

OWN_HOUSEHOLD = 0
KIN = 1


@dataclass(frozen=True)
class Groups:
    """Row numbers by key: those of key `k` are `rows[offsets[k]:offsets[k + 1]]`."""

    offsets: Codes
    rows: Codes

    @classmethod
    def by(cls, keys: Codes) -> Groups:
        """Rows grouped by a code; rows with a negative code are in no group."""
        offsets, rows = kernels.group_rows(keys, max(int(keys.max(initial=-1)) + 1, 0))
        return cls(offsets.astype(np.int64), rows.astype(np.int64))

    def expand(self, keys: Codes) -> tuple[Codes, Codes]:
        """(query, row) for every row of each query's key; queries with an unknown key have none."""
        size = len(self.offsets) - 1
        there = (keys >= 0) & (keys < size)
        place = np.where(there, keys, 0)
        lo = np.where(there, self.offsets[place], 0)
        number = np.where(there, self.offsets[np.minimum(place + 1, size)], 0) - lo
        query = np.repeat(np.arange(len(keys), dtype=np.int64), number)
        inside = np.arange(len(query)) - np.repeat(np.cumsum(number) - number, number)
        return query, self.rows[np.repeat(lo, number) + inside]


@dataclass(frozen=True)
class Ties:
    """One row a tie between a person in post and somebody (by person, and by household where it is known).

    `kin_row` is the row of `kinship` behind it (-1: same household), `known` and `gone` bound when it held on record.
    """

    official: Codes
    person: Codes
    household: Codes
    kind: Codes
    declared: Float
    kin_row: Codes
    known: Codes
    gone: Codes
    by_household: Groups
    by_person: Groups
    by_official: Groups


@dataclass(frozen=True)
class Tied:
    """(query, tie) pairs that held at the query's moment; arrays of shape (pairs,)."""

    query: Codes
    tie: Codes
    official: Codes
    kind: Codes
    declared: Float
    kin_row: Codes


def _kin_both_ways(ledger: Ledger, in_post: NDArray[np.bool_]) -> tuple[Codes, Codes, Codes]:
    """(person in post, relative, kinship row) for both directions of every kinship row."""
    table = ledger.tables.get("kinship")
    if table is None or table.rows == 0:
        empty = np.empty(0, dtype=np.int64)
        return empty, empty, empty
    one = np.asarray(table.column("person_id"), dtype=np.int64)
    other = np.asarray(table.column("relative_id"), dtype=np.int64)
    number = np.arange(table.rows, dtype=np.int64)
    forward = (one >= 0) & (other >= 0) & in_post[one]
    backward = (one >= 0) & (other >= 0) & in_post[other]
    return (
        np.concatenate([one[forward], other[backward]]),
        np.concatenate([other[forward], one[backward]]),
        np.concatenate([number[forward], number[backward]]),
    )


def _memberships(ledger: Ledger, people: Codes) -> tuple[Codes, Codes]:
    """(place in `people`, row of `persons`) for every version of each person."""
    index = ledger.tables["persons"].index(("person_id",))
    return index.expand(index.lookup([people]))


def _took_post(ledger: Ledger, size: int) -> Codes:
    """By person: when the first post of that person became known; a tie to somebody counts from then on."""
    officials = ledger.tables["officials"]
    first = np.full(size, NEVER, dtype=np.int64)
    first[np.asarray(officials.column("person_id"), dtype=np.int64)[::-1]] = officials.known_at[::-1]
    return first


def _build(ledger: Ledger) -> Ties:
    persons = ledger.tables["persons"]
    household_of = np.asarray(persons.column("household_id"), dtype=np.int64)
    posts = np.unique(np.asarray(ledger.tables["officials"].column("person_id"), dtype=np.int64))
    posts = posts[posts >= 0]
    in_post = np.zeros(len(ledger.vocabulary("person")) + 1, dtype=bool)
    in_post[posts] = True

    place, row = _memberships(ledger, posts)
    official, relative, kin_row = _kin_both_ways(ledger, in_post)
    kin_place, kin_person_row = _memberships(ledger, relative)
    kin_known = np.zeros(len(relative), dtype=np.int64)
    declared = np.full(len(relative), np.nan)
    if len(relative):
        kin_known = ledger.tables["kinship"].known_at[kin_row]
        declared = np.asarray(ledger.tables["kinship"].column("declared")[kin_row], dtype=np.float64)

    # Three blocks: the household of somebody in post, a relative's household, and a relative in person.
    first, second, third = len(place), len(kin_place), len(relative)
    none = np.full(first, -1, dtype=np.int64)
    took_post = _took_post(ledger, len(in_post))
    household = np.concatenate([household_of[row], household_of[kin_person_row], np.full(third, -1, dtype=np.int64)])
    known = np.concatenate(
        [persons.known_at[row], np.maximum(persons.known_at[kin_person_row], kin_known[kin_place]), kin_known]
    )
    gone = np.concatenate(
        [persons.superseded_at[row], persons.superseded_at[kin_person_row], np.full(third, NEVER, dtype=np.int64)]
    )
    who = np.concatenate([posts[place], official[kin_place], official])
    person = np.concatenate([none, np.full(second, -1, dtype=np.int64), relative])
    return Ties(
        official=who,
        person=person,
        household=household,
        kind=np.concatenate([np.full(first, OWN_HOUSEHOLD), np.full(second + third, KIN)]),
        declared=np.concatenate([np.full(first, np.nan), declared[kin_place], declared]),
        kin_row=np.concatenate([none, kin_row[kin_place], kin_row]),
        known=np.maximum(known, took_post[who]),
        gone=gone,
        by_household=Groups.by(household),
        by_person=Groups.by(person),
        by_official=Groups.by(who),
    )


def ties(ledger: Ledger) -> Ties:
    """All ties of the ledger, built at first use."""
    index = ledger.tables["officials"].index(("person_id",))
    return index_memo(index, "kin_ties", lambda: _build(ledger))


def find(all_ties: Ties, index: Groups, keys: Codes, at: NDArray[np.int64]) -> tuple[Codes, Codes]:
    """(query, tie) pairs of one index whose tie held at the moment."""
    query, tie = index.expand(np.asarray(keys, dtype=np.int64))
    held = (all_ties.known[tie] <= at[query]) & (all_ties.gone[tie] > at[query])
    return query[held], tie[held]


def household_of_payee(view: View) -> Codes:
    """The household on the roster, or the one the register knows for the payee; -1 unknown."""
    on_roster = np.asarray(view.own("household_id"), dtype=np.int64)
    if (on_roster >= 0).all():
        return on_roster
    return np.where(on_roster >= 0, on_roster, view.lookup("persons", "household_id", "person_id")).astype(np.int64)


def tied(view: View) -> Tied:
    """Officials tied to each payee or to a member of the payee's household."""
    found = ties(view.ledger)
    by_home = find(found, found.by_household, view.memo(household_of_payee), view.at)
    in_person = find(found, found.by_person, np.asarray(view.own("person_id"), dtype=np.int64), view.at)
    query = np.concatenate([by_home[0], in_person[0]])
    tie = np.concatenate([by_home[1], in_person[1]])
    order = np.argsort(query, kind="stable")
    query, tie = query[order], tie[order]
    return Tied(query, tie, found.official[tie], found.kind[tie], found.declared[tie], found.kin_row[tie])


def kinship_rows(view: View, which: NDArray[np.bool_]) -> Pairs:
    """The kinship rows behind the chosen ties, as evidence."""
    pairs = view.memo(tied)
    chosen = which & (pairs.kin_row >= 0)
    return Pairs(view, "kinship", pairs.query[chosen].astype(np.int32), pairs.kin_row[chosen].astype(np.int32))


def spread_any(view: View, query: Codes, mask: NDArray[np.bool_]) -> Float:
    """1.0 for each query with a true pair, else 0.0."""
    return (np.bincount(query[mask], minlength=view.n) > 0).astype(np.float64)


def as_codes(values: NDArray[np.generic]) -> Codes:
    """Codes as whole numbers whether they came as ints or through floats."""
    return codes_of(values) if values.dtype.kind == "f" else np.asarray(values, dtype=np.int64)
