"""What happened to the people, cards and applications behind some payments, as known at a moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from features.graph._sweeps import is_sweep
from features.portrait.facts import NONE, Facts, Float, Int64, distinct
from features.portrait.strands import Key

MOST_OF_ONE_KIND: Final = 1_000
"""Rows of one kind that are looked at, the newest."""


@dataclass(slots=True)
class Happened:
    """One thing that happened, with the row that says so.

    * `day`: local days; `kind` as `EventKind` of the portraits; `about`: whom or what it happened to
    * `payment`: code of a payment, -1 where it is of none; `fen` None where it is no money
    * `known`: when it was on record, local days
    """

    day: float
    kind: str
    table: str
    row: int
    about: Key
    payment: int
    fen: int | None
    known: float


@dataclass(slots=True)
class Told:
    """What is told of: `rows` of payments (those of the case), and more `persons`, `cards` and `officials`."""

    facts: Facts
    rows: Int64
    persons: Int64 = field(default_factory=lambda: NONE)
    cards: Int64 = field(default_factory=lambda: NONE)
    officials: Int64 = field(default_factory=lambda: NONE)
    found: list[Happened] = field(default_factory=list)

    def add(
        self,
        kind: str,
        table: str,
        rows: Int64,
        day: Float,
        about: tuple[str, Int64],
        *,
        payment: Int64 | None = None,
        fen: Float | None = None,
    ) -> None:
        """Note rows of a table; those without a day are left out."""
        known = (self.facts.known(table, rows) + self.facts.ledger.utc_offset) / 86_400_000_000
        payments = payment.tolist() if payment is not None else [-1] * len(rows)
        money = fen.tolist() if fen is not None else [None] * len(rows)
        for row, when, code, number, much, noted in zip(
            rows.tolist(), day.tolist(), about[1].tolist(), payments, money, known.tolist(), strict=True
        ):
            if when == when:
                worth = None if much is None or much != much else round(much)
                self.found.append(Happened(when, kind, table, row, (about[0], code), number, worth, noted))


def gather(told: Told) -> Iterator[None]:
    """Gather every event, step by step: between two steps others may be served."""
    facts = told.facts
    told.persons = distinct(np.append(told.persons, facts.codes("disbursements", "person_id", told.rows)))
    told.cards = distinct(np.append(told.cards, facts.codes("disbursements", "card_id", told.rows)))
    for step in (_payments, _chain, _money_out, _cards, _people, _posts, _voices):
        step(told)
        yield


def _payments(told: Told) -> None:
    """Handed in, paid, returned."""
    facts = told.facts
    person = facts.codes("disbursements", "person_id", told.rows)
    number = facts.codes("disbursements", "disbursement_id", told.rows)
    told.add(
        "submitted", "disbursements", told.rows, facts.numbers("disbursements", "submitted_at", told.rows),
        ("person", person), payment=number, fen=facts.numbers("disbursements", "amount", told.rows),
    )  # fmt: skip
    rows = facts.rows("settlements", "disbursement_id", number)
    which = facts.codes("settlements", "disbursement_id", rows)
    paid = facts.codes("settlements", "status", rows) == facts.kind("settlements", "status", "paid")
    card = _looked_up(number, facts.codes("disbursements", "card_id", told.rows), which)
    day, fen = facts.numbers("settlements", "at", rows), facts.numbers("settlements", "amount", rows)
    for kind, chosen in (("paid", paid), ("returned", ~paid)):
        told.add(
            kind, "settlements", rows[chosen], day[chosen], ("card", card[chosen]), payment=which[chosen],
            fen=fen[chosen],
        )  # fmt: skip


def _chain(told: Told) -> None:
    """Applied for, decided, posted."""
    facts = told.facts
    application = facts.codes("disbursements", "application_id", told.rows)
    number = facts.codes("disbursements", "disbursement_id", told.rows)
    person = facts.codes("disbursements", "person_id", told.rows)
    for kind, table, column in (
        ("applied", "applications", "applied_on"),
        ("decided", "approvals", "at"),
        ("posted", "notices", "posted_from"),
    ):
        rows = facts.rows(table, "application_id", application)[-MOST_OF_ONE_KIND:]
        which = facts.codes(table, "application_id", rows)
        told.add(
            kind, table, rows, facts.numbers(table, column, rows),
            ("person", _looked_up(application, person, which)), payment=_looked_up(application, number, which),
        )  # fmt: skip


def _money_out(told: Told) -> None:
    """Drawn in cash, swept on."""
    facts = told.facts
    table = facts.table("card_transactions")
    if table is None:
        return
    rows = facts.rows("card_transactions", "card_id", told.cards)
    kind = facts.codes("card_transactions", "kind", rows)
    drawn = rows[kind == facts.kind("card_transactions", "kind", "cash_withdrawal")]
    swept = NONE
    if facts.table("settlements") is not None:
        swept = rows[np.asarray(table.derived("is_sweep", is_sweep))[rows] == 1.0]
    for name, some in (("withdrawn", drawn[-MOST_OF_ONE_KIND:]), ("swept", swept[-MOST_OF_ONE_KIND:])):
        told.add(
            name, "card_transactions", some, facts.numbers("card_transactions", "at", some),
            ("card", facts.codes("card_transactions", "card_id", some)),
            fen=facts.numbers("card_transactions", "amount", some),
        )  # fmt: skip


def _cards(told: Told) -> None:
    """Cards opened, closed, bound, changed."""
    facts = told.facts
    rows = np.array(sorted(facts.newest("cards", "card_id", told.cards).values()), np.int64)
    card = facts.codes("cards", "card_id", rows)
    told.add("card_opened", "cards", rows, facts.numbers("cards", "opened_on", rows), ("card", card))
    closed = facts.numbers("cards", "closed_on", rows)
    # A day ahead says what is planned.
    closed[closed > facts.day] = np.nan
    told.add("card_closed", "cards", rows, closed, ("card", card))
    if facts.table("card_events") is None:
        return
    rows = facts.rows("card_events", "card_id", told.cards)[-MOST_OF_ONE_KIND:]
    kind, day = facts.codes("card_events", "kind", rows), facts.numbers("card_events", "at", rows)
    card = facts.codes("card_events", "card_id", rows)
    bound = kind == facts.kind("card_events", "kind", "phone_changed")
    closing = kind == facts.kind("card_events", "kind", "closed")
    for name, some in (("phone_bound", bound), ("card_closed", closing), ("card_changed", ~bound & ~closing)):
        told.add(name, "card_events", rows[some], day[some], ("card", card[some]))


def _people(told: Told) -> None:
    """Deaths, moves and what else of civil life is on record; moves from household to household too."""
    facts = told.facts
    if facts.table("civil_events") is not None:
        rows = facts.rows("civil_events", "person_id", told.persons)[-MOST_OF_ONE_KIND:]
        kind, day = facts.codes("civil_events", "kind", rows), facts.numbers("civil_events", "effective_on", rows)
        person = facts.codes("civil_events", "person_id", rows)
        died = kind == facts.kind("civil_events", "kind", "death")
        moved = kind == facts.kind("civil_events", "kind", "moved_out")
        for name, some in (("died", died), ("moved", moved), ("on_record", ~died & ~moved)):
            told.add(name, "civil_events", rows[some], day[some], ("person", person[some]))
    table = facts.table("persons")
    if table is None or not table.has_versions:
        return
    # What was registered before is no longer standing: every version that was known counts here.
    index = table.index(("person_id",))
    rows = index.expand(index.lookup([told.persons]))[1]
    rows = rows[table.known_at[rows] <= facts.at]
    person = facts.codes("persons", "person_id", rows)
    household = facts.codes("persons", "household_id", rows)
    village = facts.codes("persons", "division_code", rows)
    again = np.flatnonzero(
        (person[1:] == person[:-1]) & ((household[1:] != household[:-1]) | (village[1:] != village[:-1]))
    )
    moved_rows = rows[again + 1]
    told.add(
        "moved", "persons", moved_rows, facts.numbers("persons", "recorded_at", moved_rows),
        ("person", person[again + 1]),
    )  # fmt: skip


def _posts(told: Told) -> None:
    """Posts taken and left."""
    facts = told.facts
    rows = facts.rows("officials", "official_id", told.officials)[-MOST_OF_ONE_KIND:]
    official = facts.codes("officials", "official_id", rows)
    told.add("post_began", "officials", rows, facts.numbers("officials", "from_date", rows), ("official", official))
    ended = facts.numbers("officials", "to_date", rows)
    ended[ended > facts.day] = np.nan
    told.add("post_ended", "officials", rows, ended, ("official", official))


def _voices(told: Told) -> None:
    """What people reported about them."""
    facts = told.facts
    for column, kind, codes in (
        ("person_id", "person", told.persons),
        ("card_id", "card", told.cards),
        ("official_id", "official", told.officials),
    ):
        rows = facts.rows("complaints", column, codes)[-MOST_OF_ONE_KIND:]
        told.add(
            "reported", "complaints", rows, facts.numbers("complaints", "at", rows),
            (kind, facts.codes("complaints", column, rows)),
        )  # fmt: skip


def chosen(found: list[Happened], in_case: Mapping[int, bool], most: int) -> list[Happened]:
    """The events that are shown, oldest first: those of the case's payments before others, the newest of those first.

    A row that was met in two ways is shown once. `in_case` says of codes of payments whether they are of the case.
    """
    once = {(one.table, one.row, one.kind): one for one in reversed(found)}
    weight = {"died": 0, "returned": 0, "swept": 1, "reported": 1, "moved": 1, "phone_bound": 1}
    ordered = sorted(
        once.values(),
        key=lambda one: (not in_case.get(one.payment, False), weight.get(one.kind, 2), -one.day, one.table, one.row),
    )
    return sorted(ordered[:most], key=lambda one: (one.day, one.table, one.row, one.kind))


def _looked_up(keys: Int64, values: Int64, wanted: Int64) -> Int64:
    """The value beside each wanted key, of several the last; -1 where there is none."""
    if not len(keys) or not len(wanted):
        return np.full(len(wanted), -1, np.int64)
    beside = dict(zip(keys.tolist(), values.tolist(), strict=True))
    return np.array([beside.get(one, -1) for one in wanted.tolist()], np.int64)
