"""Things of the history as people see them: masked, by keyed hash, with what a line of text can say of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from service.sealing.masked import last_four
from service.work.portraits.paths import page_of
from service.work.portraits.shapes import Node
from service.work.portraits.words import NOWHERE, Pair, joined, plain, value_word

if TYPE_CHECKING:
    from features.asof import Ledger
    from features.portrait.facts import Int64
    from features.portrait.strands import Key
    from service.work.context import Context
    from service.work.portraits.sight import Reach, Sight

YEAR: Final = 365.2425
YEAR_US: Final = 365 * 86_400_000_000
SHORT: Final = 16
"""Hexadecimal digits of a keyed hash that name a thing within one portrait."""


def surname(name: str | None) -> str:
    """A name as a screen shows it: the first character and a star.

    >>> surname("王建国"), surname(""), surname(None)
    ('王*', '', '')
    """
    return f"{name[0]}*" if name else ""


def digits(number: str | None) -> str:
    """The last four characters of a number, without the dots before them; empty where it has no more than four.

    >>> digits("6299011000000000017"), digits("017")
    ('0017', '')
    """
    return last_four(number).lstrip("·")


def _several(key: str, count: int) -> Pair:
    """A note that says how many, where it is more than one."""
    return plain(key, n=f"{count:,}") if count > 1 else NOWHERE


def distinct_of(codes: Int64) -> int:
    """How many different codes there are, null left out."""
    return len({one for one in codes.tolist() if one >= 0})


class Drawer:
    """Draws things of a ledger as of a moment (microseconds UTC) for somebody's sight."""

    def __init__(self, context: Context, ledger: Ledger, at_us: int, sight: Sight, reach: Reach) -> None:
        """`reach`: the codes of the divisions of `sight` in the ledger."""
        from features.portrait.facts import Facts

        self.context = context
        self.facts = Facts(ledger, at_us)
        self.sight = sight
        self.reach = reach
        self._persons: dict[int, int] = {}
        self._cards: dict[int, int] = {}
        self._officials: dict[int, int] = {}
        self._homes: dict[int, int] = {}
        self._dead: dict[int, int] = {}
        self._payments: dict[int, int] = {}
        self._items: dict[int, str] = {}
        self._called: dict[int, Pair] = {}
        self._places: dict[int, str] = {}
        self._hashes: dict[tuple[str, int], str] = {}
        self._hidden = self._hidden_codes()

    # -- who may be named

    def _hidden_codes(self) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {"household": set(), "official": set()}
        for key in self.sight.hidden:
            kind, _, value = key.partition(":")
            if kind in found and (code := self.facts.code(kind, value)) >= 0:
                found[kind].add(code)
        return found

    def named(self, things: Collection[Key], paid_in: Mapping[Key, int] | None = None) -> set[Key]:
        """Of some things those that may be named: none outside the divisions, nobody near whoever looks.

        `paid_in`: the division somebody is paid in whom the register does not know.
        """
        from features.portrait.places import divisions_of

        self.read(things)
        where = divisions_of(self.facts, things, paid_in or {})
        shown: set[Key] = set()
        for thing in things:
            division = where.get(thing, -1)
            seen = self.reach.may_name_official if thing[0] == "official" else self.reach.sees
            if seen(division) and not self._is_near(thing):
                shown.add(thing)
        return shown

    def _is_near(self, thing: Key) -> bool:
        """Whether a thing is of somebody near whoever looks."""
        if not self.sight.hidden:
            return False
        kind, code = thing
        if kind in self._hidden and code in self._hidden[kind]:
            return True
        if kind == "official":
            behind = self._at("officials", "person_id", self._officials.get(code, -1))
            return behind >= 0 and self._is_near(("person", behind))
        if kind in ("card", "collector"):
            row = self._cards.get(code, -1)
            holder = self._at("cards", "holder_person_id", row)
            return holder >= 0 and self._is_near(("person", holder))
        if kind == "person":
            home = self._at("persons", "household_id", self._persons.get(code, -1))
            return home in self._hidden["household"] or f"person:{self.hash('person', code)}" in self.sight.hidden
        return False

    # -- how things are called

    def read(self, things: Iterable[Key]) -> None:
        """Read the rows of things together: one by one takes longer."""
        by_kind: dict[str, set[int]] = defaultdict(set)
        for kind, code in things:
            by_kind["card" if kind == "collector" else kind].add(code)
        facts = self.facts
        self._cards |= facts.newest("cards", "card_id", by_kind["card"] - self._cards.keys())
        holders = {self._at("cards", "holder_person_id", row) for row in self._cards.values()}
        self._officials |= facts.newest("officials", "official_id", by_kind["official"] - self._officials.keys())
        behind = {self._at("officials", "person_id", row) for row in self._officials.values()}
        persons = (by_kind["person"] | holders | behind) - self._persons.keys()
        self._persons |= facts.newest("persons", "person_id", persons)
        self._homes |= facts.newest("households", "household_id", by_kind["household"] - self._homes.keys())
        if facts.table("civil_events") is not None:
            rows = facts.rows("civil_events", "person_id", persons)
            dead = rows[facts.codes("civil_events", "kind", rows) == facts.kind("civil_events", "kind", "death")]
            self._dead |= dict(zip(facts.codes("civil_events", "person_id", dead).tolist(), dead.tolist(), strict=True))

    def read_payments(self, codes: Iterable[int]) -> None:
        """Read the rows of payments together."""
        self._payments |= self.facts.newest("disbursements", "disbursement_id", set(codes) - self._payments.keys())

    def payment(self, code: int) -> int:
        """The row of a payment that was read; -1 where there is none."""
        return self._payments.get(code, -1)

    def _at(self, table: str, column: str, row: int) -> int:
        """A code of one row, -1 where there is no row."""
        found = self.facts.table(table)
        return int(found.column(column)[row]) if found is not None and row >= 0 else -1

    def text_at(self, table: str, column: str, row: int) -> str | None:
        """A text, enumerated value or number of one row as text; None for null or no row."""
        if row < 0:
            return None
        found = self.facts.value(table, column, row)
        return None if found is None else str(found)

    def hash(self, kind: str, code: int) -> str:
        """The keyed hash of a person, card or phone."""
        found = self._hashes.get((kind, code))
        if found is None:
            text = self.facts.text("card" if kind == "card" else kind, code) or ""
            found = self._hashes[kind, code] = self.context.seal.hash(kind, text)  # type: ignore[arg-type]
        return found

    def key(self, thing: Key) -> str:
        """The key of a thing: `kind:id`, or a shortened keyed hash where the id is a number of somebody."""
        kind, code = thing
        if kind in ("person", "phone"):
            return f"{kind}:{self.hash(kind, code)[:SHORT]}"
        if kind in ("card", "collector"):
            return f"card:{self.hash('card', code)[:SHORT]}"
        if kind == "device":
            device = self.facts.text("event_value", code) or ""
            return f"device:{self.context.seal.hash('phone', f'device{chr(0)}{device}')[:SHORT]}"
        space = {"village": "division"}.get(kind, kind)
        return f"{kind}:{self.facts.text(space, code)}"

    def person(self, code: int) -> str:
        """The masked name of a person; empty for one the register does not know."""
        row = self._persons.get(code, -1)
        return surname(self.text_at("persons", "name", row))

    def place(self, division: int) -> str:
        """The name of a division, its code where nobody named it, empty for none."""
        if division < 0:
            return ""
        if division not in self._places:
            row = self.facts.newest("divisions", "division_code", [division]).get(division, -1)
            name = self.text_at("divisions", "name", row) or self.facts.text("division", division) or ""
            self._places[division] = name
        return self._places[division]

    def item(self, program: int) -> str:
        """The name of an item, its number where nobody registered it."""
        if program not in self._items:
            row = self.facts.newest("programs", "program_id", [program]).get(program, -1)
            name = self.text_at("programs", "name", row) or self.facts.text("program", program) or ""
            self._items[program] = name
        return self._items[program]

    def official(self, code: int) -> Pair:
        """Post and masked name of an official who may be named; empty for others."""
        if code not in self._called:
            row = self._officials.get(code, -1) if code >= 0 and self.named([("official", code)]) else -1
            name = surname(self.text_at("officials", "name", row))
            post = self.post(row) if row >= 0 else NOWHERE
            self._called[code] = (f"{post[0]}{name}", f"{post[1]} {name}".strip())
        return self._called[code]

    def node(self, thing: Key, *, is_hub: bool = False, is_member: bool = False) -> Node:
        """A thing as a node; `read` first."""
        kind, code = thing
        shown, note = getattr(self, f"_{'card' if kind == 'collector' else kind}")(code)
        if kind == "collector":
            note = joined(plain("collector"), note)
        return Node(
            key=self.key(thing),
            kind=kind,  # type: ignore[arg-type]
            shown=shown,
            note=note,
            is_hub=is_hub,
            is_member=is_member,
            look_up=self.look_up(thing),
        )

    def look_up(self, thing: Key) -> str:
        """The path of a thing's page where whoever looks may open it."""
        kind, code = thing
        if not self.sight.look_up:
            return ""
        if kind == "person":
            return page_of("person", self.hash("person", code))
        if kind in ("card", "collector"):
            return page_of("card", self.hash("card", code))
        if kind == "official" and not self.reach.sees(
            self._at("officials", "division_code", self._officials.get(code, -1))
        ):
            return ""
        if kind in ("household", "official", "village"):
            return page_of(kind, self.facts.text("division" if kind == "village" else kind, code) or "")
        return ""

    def _person(self, code: int) -> tuple[Pair, Pair]:
        row = self._persons.get(code, -1)
        name = self.person(code)
        if row < 0:
            return plain("person"), plain("unregistered")
        relation = value_word("persons", "relation_to_head", self.text_at("persons", "relation_to_head", row))
        return (name, name), joined(self.age(code), relation, self.death(code))

    def relation(self, code: int) -> str | None:
        """What a person is to the head of the household, as the contract writes it."""
        return self.text_at("persons", "relation_to_head", self._persons.get(code, -1))

    def age(self, code: int) -> Pair:
        """The age of a person in whole years; empty where the birth date is not known."""
        row = self._persons.get(code, -1)
        table = self.facts.table("persons")
        born = float(table.column("birth_date")[row]) if table is not None and row >= 0 else float("nan")
        if born != born or code in self._dead:
            return NOWHERE
        return plain("age", n=int((self.facts.day - born) // YEAR))

    def death(self, code: int) -> Pair:
        """That a death is on record, with its day; empty where none is."""
        row = self._dead.get(code, -1)
        return NOWHERE if row < 0 else plain("dead", day=self.text_at("civil_events", "effective_on", row))

    def _card(self, code: int) -> tuple[Pair, Pair]:
        row = self._cards.get(code, -1)
        four = digits(self.facts.text("card", code))
        if row < 0:
            return plain("card", four=four), plain("unregistered")
        return plain("card", four=four), joined(self.card_kind(row), self.card_state(row))

    def card_kind(self, row: int) -> Pair:
        """What kind of card a row of `cards` is, with its bank."""
        bank = self.text_at("cards", "bank_code", row) or ""
        return joined(value_word("cards", "kind", self.text_at("cards", "kind", row)), (bank, bank))

    def card_state(self, row: int) -> Pair:
        """That the card of a row was closed by the moment; empty while it is open."""
        table = self.facts.table("cards")
        closed = float(table.column("closed_on")[row]) if table is not None else float("nan")
        return plain("closed") if closed <= self.facts.day else NOWHERE

    def _phone(self, code: int) -> tuple[Pair, Pair]:
        bound = self.facts.rows("cards", "phone", [code])
        holders = distinct_of(self.facts.codes("cards", "holder_person_id", bound))
        # Somebody's own old and new card say nothing.
        note = plain("cards_of", n=f"{len(bound):,}", people=f"{holders:,}") if holders > 1 else NOWHERE
        return plain("phone", four=digits(self.facts.text("phone", code))), note

    def _device(self, code: int) -> tuple[Pair, Pair]:
        events = self.facts.rows("card_events", "value", [code])
        cards = distinct_of(self.facts.codes("card_events", "card_id", events))
        return plain("device", four=digits(self.facts.text("event_value", code))), _several("cards_bound", cards)

    def _outlet(self, code: int) -> tuple[Pair, Pair]:
        rows = self.facts.rows("card_transactions", "outlet_id", [code])
        rows = rows[self.facts.known("card_transactions", rows) > self.facts.at - YEAR_US]
        cards = distinct_of(self.facts.codes("card_transactions", "card_id", rows))
        return plain("outlet", id=self.facts.text("outlet", code) or ""), _several("cards_here", cards)

    def _official(self, code: int) -> tuple[Pair, Pair]:
        row = self._officials.get(code, -1)
        number = self.facts.text("official", code) or ""
        if row < 0:
            return (number, number), plain("unregistered")
        name = surname(self.text_at("officials", "name", row)) or number
        return (name, name), joined(self.post(row), (self.post_place(row),) * 2)

    def post(self, row: int) -> Pair:
        """The post of a row of `officials`."""
        return value_word("officials", "post", self.text_at("officials", "post", row))

    def post_place(self, row: int) -> str:
        """Where the post of a row of `officials` is."""
        return self.place(self._at("officials", "division_code", row))

    def _household(self, code: int) -> tuple[Pair, Pair]:
        number = self.facts.text("household", code) or ""
        row = self._homes.get(code, -1)
        category = value_word("households", "category", self.text_at("households", "category", row))
        return (number, number), joined(category, (self.place(self._at("households", "division_code", row)),) * 2)

    def _village(self, code: int) -> tuple[Pair, Pair]:
        name = self.place(code)
        number = self.facts.text("division", code) or ""
        return (name, name), (number, number) if number != name else NOWHERE
