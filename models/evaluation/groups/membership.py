"""Who belongs to which group: looked up after scoring, and read by no rule and no model.

People, households and their ages are as of each payment's own moment. Villages are as of one moment for all, with
merged villages counted as what they became.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger, View
from models.evaluation.groups.against_truth import LARGE, OLD, VILLAGE_SIZES
from models.evaluation.groups.surnames import most_common_share

Int = NDArray[np.int64]
DAYS_A_YEAR = 365.25
NAMES_AT_LEAST = 20
"""A village with fewer registered names than this is neither a single-surname village nor another one."""

PLACES = ("township", "county")
"""Groupings that are shown and not judged: irregularities are found in places, and honest neighbours with them."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """One way to divide payments: `labels`, and for each payment its place in them, -1 where it cannot be told.

    `of` says what is divided: what befalls a whole village is one event to a grouping of villages, as what befalls one
    person is to a grouping of people.
    """

    name: str
    labels: tuple[str, ...]
    code: Int
    of: Literal["people", "villages"] = "people"

    def part(self, keep: NDArray[np.bool_] | Int) -> Grouping:
        """The same grouping of some of the payments."""
        return Grouping(self.name, self.labels, self.code[keep], self.of)


def groupings(
    ledger: Ledger,
    rows: Int,
    at_us: Int,
    *,
    minority: tuple[str, ...] = (),
    single_surname_share: float = 0.4,
) -> tuple[Grouping, ...]:
    """Every grouping the tables allow, for disbursement `rows` (n,) as of `at_us` (n,), microseconds UTC.

    `minority` are prefixes of division codes of minority counties. A village is of a single surname when its most
    common surname is borne by `single_surname_share` of the people registered there.
    """
    if len(rows) == 0:
        return ()
    view = View(ledger, at_us, rows)
    villages = _Villages(ledger, int(at_us.max()))
    return tuple(
        [
            *_of_people(view),
            *_of_households(view),
            *_of_villages(view, villages, single_surname_share),
            *_minority(view, minority),
            *_of_places(view, villages),
        ]
    )


def _of_people(view: View) -> Iterator[Grouping]:
    if "persons" not in view.ledger.tables:
        return
    table = view.ledger.tables["persons"]
    known = view.latest("persons", "person_id")
    if table.has("sex"):
        sex = np.asarray(view.at_rows("persons", "sex", known), dtype=np.int64)
        letters = table.schema.column("sex").values
        yield Grouping("sex", tuple({"M": "men", "F": "women"}[letter] for letter in letters), sex)
    if table.has("birth_date"):
        years = (np.floor(view.day_at) - view.at_rows("persons", "birth_date", known)) / DAYS_A_YEAR
        code = np.where(np.isnan(years), -1, np.where(years > OLD, 1, 0)).astype(np.int64)
        yield Grouping("age over 80", (f"{OLD} or less", f"over {OLD}"), code)
    if table.has("phone"):
        phone = np.asarray(view.at_rows("persons", "phone", known), dtype=np.int64)
        yield Grouping("phone", ("has a phone", "no phone"), np.where(known < 0, -1, (phone < 0).astype(np.int64)))


def _of_households(view: View) -> Iterator[Grouping]:
    if not view.has("households.category"):
        return
    code = np.asarray(view.lookup("households", "category", "household_id"), dtype=np.int64)
    yield Grouping("household category", view.ledger.tables["households"].schema.column("category").values, code)


def _minority(view: View, prefixes: tuple[str, ...]) -> Iterator[Grouping]:
    if not prefixes:
        return
    names = view.ledger.vocabulary("division").decode(view.own("division_code"))
    code = np.array([-1 if name is None else int(name.startswith(prefixes)) for name in names], dtype=np.int64)
    yield Grouping("minority county", ("other", "minority"), code, "villages")


def _of_villages(view: View, villages: _Villages, single: float) -> Iterator[Grouping]:
    if "persons" not in view.ledger.tables:
        return
    place = villages.merged(np.asarray(view.own("division_code"), dtype=np.int64))
    people = np.append(villages.people, 0)[place]
    bounds = [bound for bound, _ in VILLAGE_SIZES]
    labels = (*(name for _, name in VILLAGE_SIZES), LARGE)
    size = np.where(people > 0, np.searchsorted(bounds, people, side="right"), -1)
    yield Grouping("village size", labels, size, "villages")
    share, names = (np.append(values, 0.0)[place] for values in villages.surnames())
    code = np.where(names < NAMES_AT_LEAST, -1, (share >= single).astype(np.int64))
    yield Grouping("single-surname village", ("several surnames", "single surname"), code, "villages")


def _of_places(view: View, villages: _Villages) -> Iterator[Grouping]:
    if "divisions" not in view.ledger.tables:
        return
    place = villages.merged(np.asarray(view.own("division_code"), dtype=np.int64))
    for level in PLACES:
        above = np.append(villages.above(level), -1)[place]
        found, code = np.unique(above, return_inverse=True)
        if found[0] == -1:
            found, code = found[1:], code - 1
        if len(found):
            yield Grouping(level, tuple(villages.named(found.tolist())), code.astype(np.int64), "villages")


class _Villages:
    """Divisions by code of the vocabulary, as of one moment; arrays have one entry a code."""

    def __init__(self, ledger: Ledger, at_us: int) -> None:
        self.ledger = ledger
        self.at_us = at_us
        self.size = len(ledger.vocabulary("division"))
        self._successor = self._column_by_code("successor_code")
        self._parent = self._column_by_code("parent_code")
        self._became = self._resolved()
        persons = ledger.tables.get("persons")
        self._persons = np.empty(0, np.int64)
        if persons is not None:
            self._persons = np.nonzero((persons.known_at <= at_us) & (persons.superseded_at > at_us))[0]
            home = self.merged(np.asarray(persons.column("division_code"), dtype=np.int64)[self._persons])
            self.people = np.bincount(home[home >= 0], minlength=self.size)
            self._home = home

    def merged(self, code: Int) -> Int:
        """What each division has become by the moment; -1 for null."""
        return np.where(code >= 0, self._became[np.maximum(code, 0)], -1) if self.size else np.full(len(code), -1)

    def surnames(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Share of the most common surname of each division, and how many registered people have a surname."""
        share, count = np.zeros(self.size), np.zeros(self.size)
        written = self.ledger.vocabulary("name").decode(self.ledger.tables["persons"].codes("name")[self._persons])
        order = np.argsort(self._home, kind="stable")
        bounds = np.searchsorted(self._home[order], np.arange(self.size + 1))
        for code in range(self.size):
            here = order[bounds[code] : bounds[code + 1]]
            if len(here):
                share[code], count[code] = most_common_share(written[k] for k in here.tolist())
        return share, count

    def above(self, level: str) -> Int:
        """The division of a level that each division belongs to (itself, where it is of that level); -1 where none."""
        table = self.ledger.tables["divisions"]
        wanted = table.schema.column("level").values.index(level)
        codes = np.asarray(table.column("division_code"), dtype=np.int64)
        kind = np.full(self.size, -1, dtype=np.int64)
        kind[codes] = table.column("level")
        found, at = np.full(self.size, -1, dtype=np.int64), np.arange(self.size)
        for _ in range(6):
            hit = (found < 0) & (at >= 0) & (np.append(kind, -1)[at] == wanted)
            found[hit] = at[hit]
            at = np.append(self._parent, -1)[at]
        return found

    def named(self, codes: Sequence[int]) -> list[str]:
        """`name (code)` of divisions, the code alone where the table gives no name."""
        table = self.ledger.tables["divisions"]
        own = {int(code): row for row, code in enumerate(table.column("division_code").tolist())}
        names = table.arrow("name").to_pylist() if table.has("name") else [None] * table.rows
        written = self.ledger.vocabulary("division").decode(np.array(codes, dtype=np.int64))
        return [
            f"{names[own[code]]} ({text})" if code in own and names[own[code]] else str(text)
            for code, text in zip(codes, written, strict=True)
        ]

    def _column_by_code(self, name: str) -> Int:
        """A column of codes of `divisions` by division code, -1 where not given."""
        out = np.full(self.size, -1, dtype=np.int64)
        table = self.ledger.tables.get("divisions")
        if table is not None and table.rows:
            out[np.asarray(table.column("division_code"), dtype=np.int64)] = table.column(name)
        return out

    def _resolved(self) -> Int:
        """Successors followed to the end, for mergers in force by the moment."""
        successor = self._successor.copy()
        table = self.ledger.tables.get("divisions")
        if table is not None and table.rows and table.has("valid_to"):
            ends = self.ledger.moment(np.nan_to_num(table.numbers("valid_to"), nan=-1e5) + 1)
            codes = np.asarray(table.column("division_code"), dtype=np.int64)
            successor[codes[ends > self.at_us]] = -1
        became = np.arange(self.size)
        for _ in range(8):
            following = np.append(successor, -1)[became]
            became = np.where(following >= 0, following, became)
        return became
