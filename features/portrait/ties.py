"""Every tie around some payments and a hub, as known at a moment: who, which card, bound to what, handled by whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from features.graph._sweeps import is_sweep
from features.portrait.facts import NONE, Facts, Int64, distinct
from features.portrait.strands import Key, Strand, bundled

MOST_OF_HUB: Final = 1_000
"""Payments or cards of a hub that are looked at beside those of the case, the newest."""

VILLAGE_LEVEL: Final = "village"


@dataclass(slots=True)
class Around:
    """What ties are gathered around.

    * `rows`: the payments (rows of `disbursements`); `hub`: what they are about, None for what is no thing (a run)
    * `strands`: what was gathered; `persons`, `cards`, `households`, `officials`: codes met on the way
    """

    facts: Facts
    rows: Int64
    hub: Key | None
    strands: list[Strand] = field(default_factory=list)
    persons: Int64 = field(default_factory=lambda: NONE)
    cards: Int64 = field(default_factory=lambda: NONE)
    households: Int64 = field(default_factory=lambda: NONE)
    officials: Int64 = field(default_factory=lambda: NONE)

    def column(self, name: str) -> Int64:
        """A column of codes of the payments."""
        return self.facts.codes("disbursements", name, self.rows)


def gather(around: Around) -> Iterator[None]:
    """Gather every tie, step by step: between two steps others may be served (rows that arrive then change nothing)."""
    for step in (_payments, _hub, _cards, _money_out, _handled, _households, _kin, _places):
        step(around)
        yield


def _payments(around: Around) -> None:
    """Who was paid to which card, and of which household they are."""
    facts = around.facts
    person, card = around.column("person_id"), around.column("card_id")
    day = facts.numbers("disbursements", "submitted_at", around.rows)
    fen = facts.numbers("disbursements", "amount", around.rows)
    around.strands += bundled("paid_to", ("person", person), ("card", card), day=day, fen=fen)
    around.strands += bundled("belongs_to", ("person", person), ("household", around.column("household_id")))
    around.persons, around.cards = distinct(person), distinct(card)
    around.households = distinct(around.column("household_id"))


def _hub(around: Around) -> None:
    """What else is tied to the hub: everybody paid to a card, every card bound to a phone or device, a household's."""
    if around.hub is None:
        return
    facts, (kind, code) = around.facts, around.hub
    if kind == "card":
        rows = facts.rows("disbursements", "card_id", [code])[-MOST_OF_HUB:]
        person = facts.codes("disbursements", "person_id", rows)
        day, fen = facts.numbers("disbursements", "submitted_at", rows), facts.numbers("disbursements", "amount", rows)
        around.strands += bundled("paid_to", ("person", person), ("card", np.full(len(rows), code)), day=day, fen=fen)
        around.persons = distinct(np.append(around.persons, person))
        around.cards = distinct(np.concatenate([around.cards, [code], _swept_to(facts, code)]))
    elif kind == "phone":
        rows = facts.rows("cards", "phone", [code])[-MOST_OF_HUB:]
        around.cards = distinct(np.concatenate([around.cards, facts.codes("cards", "card_id", rows)]))
        value = facts.code("event_value", facts.text("phone", code) or "")
        around.cards = distinct(np.concatenate([around.cards, _cards_with(facts, "phone_changed", value)]))
        rows = facts.rows("persons", "phone", [code])[-MOST_OF_HUB:]
        person = facts.codes("persons", "person_id", rows)
        around.strands += bundled("bound_to", ("person", person), ("phone", np.full(len(rows), code)))
        around.persons = distinct(np.append(around.persons, person))
    elif kind == "device":
        around.cards = distinct(np.concatenate([around.cards, _cards_with(facts, "device_bound", code)]))
    elif kind == "household":
        around.households = distinct(np.append(around.households, code))
        rows = facts.rows("persons", "household_id", [code])
        persons = facts.codes("persons", "person_id", rows)
        around.persons = distinct(np.append(around.persons, persons))
        held = facts.rows("cards", "holder_person_id", persons)
        around.cards = distinct(np.append(around.cards, facts.codes("cards", "card_id", held)))
    elif kind == "person":
        around.persons = distinct(np.append(around.persons, code))
        held = facts.rows("cards", "holder_person_id", [code])
        around.cards = distinct(np.append(around.cards, facts.codes("cards", "card_id", held)))
    elif kind == "official":
        around.officials = distinct(np.append(around.officials, code))
        person = _persons_of(facts, np.array([code]))
        rows = facts.rows("cards", "opened_by_person_id", person)[-MOST_OF_HUB:]
        around.cards = distinct(np.append(around.cards, facts.codes("cards", "card_id", rows)))


def _swept_to(facts: Facts, card: int) -> Int64:
    """Cards whose credits were moved on to a card."""
    table = facts.table("card_transactions")
    if table is None or facts.table("settlements") is None:
        return NONE
    rows = facts.rows("card_transactions", "counterparty_card_id", [card])[-MOST_OF_HUB:]
    swept = np.asarray(table.derived("is_sweep", is_sweep))[rows] == 1.0
    return facts.codes("card_transactions", "card_id", rows[swept])


def _cards_with(facts: Facts, kind: str, value: int) -> Int64:
    """Cards with an event of a kind and value."""
    rows = facts.rows("card_events", "value", [value])[-MOST_OF_HUB:]
    return facts.codes("card_events", "card_id", rows[_is(facts, "card_events", kind, rows)])


def _is(facts: Facts, table: str, word: str, rows: Int64) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which rows are of a kind; (n,)."""
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = facts.codes(table, "kind", rows) == facts.kind(
        table, "kind", word
    )
    return found


def _cards(around: Around) -> None:
    """Who holds each card, what it is bound to, who opened it and where, to whom it was handed."""
    facts = around.facts
    rows = np.array(sorted(facts.newest("cards", "card_id", around.cards).values()), np.int64)
    card, holder = facts.codes("cards", "card_id", rows), facts.codes("cards", "holder_person_id", rows)
    opened = facts.numbers("cards", "opened_on", rows)
    around.strands += bundled("holds", ("person", holder), ("card", card), day=opened)
    phone = facts.codes("cards", "phone", rows)
    around.strands += bundled("bound_to", ("card", card), ("phone", phone), day=opened)
    opener = facts.codes("cards", "opened_by_person_id", rows)
    around.strands += _by_people(facts, "opened_for", np.where(opener == holder, -1, opener), card, opened)
    outlet = facts.codes("cards", "outlet_id", rows)
    around.strands += bundled("opened_for", ("outlet", outlet), ("card", card), day=opened)
    around.persons = distinct(np.append(around.persons, holder))
    rows = facts.rows("card_events", "card_id", around.cards)
    card, value = facts.codes("card_events", "card_id", rows), facts.codes("card_events", "value", rows)
    day = facts.numbers("card_events", "at", rows)
    bound = _is(facts, "card_events", "device_bound", rows)
    around.strands += bundled("bound_to", ("card", card[bound]), ("device", value[bound]), day=day[bound])
    bound = _is(facts, "card_events", "phone_changed", rows)
    if bound.any():
        texts = [text or "" for text in facts.texts("event_value", value[bound])]
        phone = facts.encode("phone", texts)
        around.strands += bundled("bound_to", ("card", card[bound]), ("phone", phone), day=day[bound])
    handed = _is(facts, "card_events", "handed_to_proxy", rows)
    actor = facts.codes("card_events", "actor_person_id", rows)
    around.strands += _by_people(facts, "acts_for", actor[handed], card[handed], day[handed])


def _by_people(
    facts: Facts, kind: str, person: Int64, card: Int64, day: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> list[Strand]:
    """Ties of people to cards; of those in a post as officials."""
    officials = _officials_of(facts, distinct(person))
    official = np.array([officials.get(one, -1) for one in person.tolist()], np.int64)
    return [
        *bundled(kind, ("official", official), ("card", card), day=day),
        *bundled(kind, ("person", np.where(official >= 0, -1, person)), ("card", card), day=day),
    ]


def _money_out(around: Around) -> None:
    """Where cards were emptied, and to which card money was swept on."""
    facts = around.facts
    table = facts.table("card_transactions")
    if table is None:
        return
    rows = facts.rows("card_transactions", "card_id", around.cards)
    card = facts.codes("card_transactions", "card_id", rows)
    day, fen = facts.numbers("card_transactions", "at", rows), facts.numbers("card_transactions", "amount", rows)
    drawn = _is(facts, "card_transactions", "cash_withdrawal", rows)
    outlet = facts.codes("card_transactions", "outlet_id", rows)
    around.strands += bundled(
        "drawn_at", ("card", card[drawn]), ("outlet", outlet[drawn]), day=day[drawn], fen=fen[drawn]
    )
    if facts.table("settlements") is None:
        return
    swept = np.asarray(table.derived("is_sweep", is_sweep))[rows] == 1.0
    to = facts.codes("card_transactions", "counterparty_card_id", rows)[swept]
    # Whoever gathers is one of the cards, or a card of its own.
    own = np.isin(to, around.cards)
    for kind, codes in (("card", np.where(own, to, -1)), ("collector", np.where(own, -1, to))):
        around.strands += bundled("swept_to", ("card", card[swept]), (kind, codes), day=day[swept], fen=fen[swept])
    held = np.array(sorted(facts.newest("cards", "card_id", to[~own]).values()), np.int64)
    holder, card = facts.codes("cards", "holder_person_id", held), facts.codes("cards", "card_id", held)
    around.strands += bundled(
        "holds", ("person", holder), ("collector", card), day=facts.numbers("cards", "opened_on", held)
    )
    around.persons = distinct(np.append(around.persons, holder))


def _handled(around: Around) -> None:
    """Who prepared the lists, entered the applications and decided at each stage."""
    facts = around.facts
    person = around.column("person_id")
    day = facts.numbers("disbursements", "submitted_at", around.rows)
    fen = facts.numbers("disbursements", "amount", around.rows)
    prepared = around.column("prepared_by")
    around.strands += bundled("prepared", ("official", prepared), ("person", person), day=day, fen=fen)
    application = around.column("application_id")
    whose = dict(zip(application.tolist(), person.tolist(), strict=True))
    rows = facts.rows("applications", "application_id", application)
    entered = facts.codes("applications", "entered_by", rows)
    payee = np.array([whose[one] for one in facts.codes("applications", "application_id", rows).tolist()], np.int64)
    around.strands += bundled(
        "entered", ("official", entered), ("person", payee), day=facts.numbers("applications", "applied_on", rows)
    )
    rows = facts.rows("approvals", "application_id", application)
    decided = facts.codes("approvals", "official_id", rows)
    payee = np.array([whose[one] for one in facts.codes("approvals", "application_id", rows).tolist()], np.int64)
    around.strands += bundled(
        "decided", ("official", decided), ("person", payee), day=facts.numbers("approvals", "at", rows)
    )
    met = [strand.one[1] for strand in around.strands if strand.one[0] == "official"]
    around.officials = distinct(np.concatenate([around.officials, prepared, entered, decided, np.array(met, np.int64)]))


def _households(around: Around) -> None:
    """The household the register has people in."""
    facts = around.facts
    rows = np.array(sorted(facts.newest("persons", "person_id", around.persons).values()), np.int64)
    person, household = facts.codes("persons", "person_id", rows), facts.codes("persons", "household_id", rows)
    around.strands += bundled("belongs_to", ("person", person), ("household", household))
    around.households = distinct(np.append(around.households, household[np.isin(person, around.column("person_id"))]))


def _kin(around: Around) -> None:
    """Kin among officials and those paid or their households, and officials of a household that is paid."""
    facts = around.facts
    behind = _persons_behind(facts, around.officials)
    members = facts.rows("persons", "household_id", around.households)
    home = dict(
        zip(
            facts.codes("persons", "person_id", members).tolist(),
            facts.codes("persons", "household_id", members).tolist(),
            strict=True,
        )
    )
    persons = set(around.persons.tolist()) | set(home)
    of_person: dict[int, list[int]] = {}
    for official, person in behind.items():
        of_person.setdefault(person, []).append(official)
        if person in persons:
            around.strands.append(_undated(("official", official), ("person", person), "serves_as"))
            if person in home:
                around.strands.append(_undated(("person", person), ("household", home[person]), "belongs_to"))
    everybody = np.array(sorted(persons | set(of_person)), np.int64)
    rows = facts.rows("kinship", "person_id", everybody)
    for one, other in zip(
        facts.codes("kinship", "person_id", rows).tolist(),
        facts.codes("kinship", "relative_id", rows).tolist(),
        strict=True,
    ):
        around.strands += _kin_ties(one, other, of_person, persons, home)


def _kin_ties(
    one: int, other: int, of_person: dict[int, list[int]], persons: set[int], home: dict[int, int]
) -> list[Strand]:
    """Ties of two kin: as officials where they hold a post; of a household's member with the way to the household."""
    found: list[Strand] = []
    if one in of_person or other in of_person:
        for person, relative in ((one, other), (other, one)):
            for official in of_person.get(person, ()):
                for far in of_person.get(relative, ()):
                    found.append(_undated(("official", official), ("official", far), "kin_of"))
                if relative in persons:
                    found.append(_undated(("official", official), ("person", relative), "kin_of"))
                    if relative in home:
                        found.append(_undated(("person", relative), ("household", home[relative]), "belongs_to"))
    elif one in persons and other in persons and home.get(one, -1) != home.get(other, -2):
        found.append(_undated(("person", one), ("person", other), "kin_of"))
    return found


def _places(around: Around) -> None:
    """The villages of the households and of the officials, where payments of more than one are looked at."""
    facts = around.facts
    village = distinct(around.column("division_code"))
    about_a_village = around.hub is not None and around.hub[0] == "village"
    if about_a_village and around.hub is not None:
        village = distinct(np.append(village, around.hub[1]))
    if len(village) < 2 and not about_a_village:
        return
    day = facts.numbers("disbursements", "submitted_at", around.rows)
    household = around.column("household_id")
    around.strands += bundled("lives_in", ("household", household), ("village", around.column("division_code")))
    rows = np.array(sorted(facts.newest("officials", "official_id", around.officials).values()), np.int64)
    where = facts.codes("officials", "division_code", rows)
    day = facts.numbers("officials", "from_date", rows)
    here = np.isin(where, village)
    official = facts.codes("officials", "official_id", rows)
    around.strands += bundled("serves_in", ("official", official[here]), ("village", where[here]), day=day[here])


def _undated(one: Key, other: Key, kind: str) -> Strand:
    return Strand(one, other, kind, np.nan, np.nan, 1, None)


def _persons_behind(facts: Facts, officials: Int64) -> dict[int, int]:
    """The person behind each official, as the newest post on record says."""
    newest = facts.newest("officials", "official_id", officials)
    rows = np.array(list(newest.values()), np.int64)
    found = dict(zip(newest, facts.codes("officials", "person_id", rows).tolist(), strict=True))
    return {official: person for official, person in found.items() if person >= 0}


def _persons_of(facts: Facts, officials: Int64) -> Int64:
    return np.array(sorted(set(_persons_behind(facts, officials).values())), np.int64)


def _officials_of(facts: Facts, persons: Int64) -> dict[int, int]:
    """The official each person is, for those in a post; of several posts the newest."""
    newest = facts.newest("officials", "person_id", persons)
    rows = np.array(list(newest.values()), np.int64)
    return dict(zip(newest, facts.codes("officials", "official_id", rows).tolist(), strict=True))
