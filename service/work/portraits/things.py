"""What is on record of one thing: facts about it, people, cards and posts that belong to it; masked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from service.sealing.masked import last_four
from service.work.portraits.drawer import Drawer, digits, surname
from service.work.portraits.look_evidence import pairs_of
from service.work.portraits.shapes import CardLine, Fact, PersonLine, PostLine
from service.work.portraits.words import NOWHERE, Pair, column_word, joined, plain, value_word

if TYPE_CHECKING:
    from features.portrait.facts import Int64

MOST_PEOPLE: Final = 60
MOST_POSTS: Final = 60
YEAR_US: Final = 365 * 86_400_000_000


@dataclass(slots=True)
class Parts:
    """What a portrait's page shows beside payments; see `shapes.Portrait`."""

    title: Pair
    facts: list[Fact] = field(default_factory=list)
    people: list[PersonLine] = field(default_factory=list)
    cards: list[CardLine] = field(default_factory=list)
    posts: list[PostLine] = field(default_factory=list)

    def say(self, label: Pair, value: Pair | str) -> None:
        """Add a fact; one without a value is left out."""
        pair = (value, value) if isinstance(value, str) else value
        if pair[0]:
            self.facts.append(Fact(label, pair))


def household(drawer: Drawer, code: int) -> Parts:
    """A household: where, of which category, who belongs to it, what it holds, its cards."""
    facts = drawer.facts
    number = facts.text("household", code) or ""
    parts = Parts(plain("household_title", id=number))
    members = facts.codes("persons", "person_id", facts.rows("persons", "household_id", [code]))
    drawer.read([("household", code), *(("person", one) for one in members.tolist())])
    row = facts.newest("households", "household_id", [code]).get(code, -1)
    parts.say(plain("village_word"), drawer.place(_code(drawer, "households", "division_code", row)))
    parts.say(column_word("households", "category"), _value(drawer, "households", "category", row))
    head = [one for one in members.tolist() if drawer.relation(one) == "head"]
    parts.say(plain("head_word"), drawer.person(head[0]) if head else "")
    parts.say(plain("members_word"), plain("persons_count", n=len(members)))
    for kind, quantity, unit in _holdings(drawer, code):
        parts.say(plain_of("holding_of", kind=kind), (f"{quantity} {unit[0]}".strip(), f"{quantity} {unit[1]}".strip()))
    parts.people = _people(drawer, members.tolist())
    paid = facts.codes("disbursements", "card_id", facts.rows("disbursements", "household_id", [code]))
    held = facts.codes("cards", "card_id", facts.rows("cards", "holder_person_id", members))
    parts.cards = _cards(drawer, [*held.tolist(), *paid.tolist()])
    return parts


def person(drawer: Drawer, code: int) -> Parts:
    """A person: age, household, certificates, what of civil life is on record, proxies, cards."""
    facts = drawer.facts
    drawer.read([("person", code)])
    row = facts.newest("persons", "person_id", [code]).get(code, -1)
    name = drawer.person(code)
    parts = Parts(plain("person_title", name=name) if name else plain("person"))
    parts.say(plain("age_word"), drawer.age(code))
    parts.say(plain("village_word"), drawer.place(_code(drawer, "persons", "division_code", row)))
    parts.say(plain("household_word"), drawer.text_at("persons", "household_id", row) or "")
    parts.say(column_word("persons", "relation_to_head"), _value(drawer, "persons", "relation_to_head", row))
    parts.say(plain("phone_word"), last_four(drawer.text_at("persons", "phone", row)))
    for one in facts.rows("certificates", "person_id", [code]).tolist():
        kind, grade = _value(drawer, "certificates", "kind", one), drawer.text_at("certificates", "grade", one)
        parts.say(plain("certificate_word"), plain_of("grade_of", kind=kind, grade=grade) if grade else kind)
    for one in facts.rows("civil_events", "person_id", [code]).tolist():
        day = drawer.text_at("civil_events", "effective_on", one) or ""
        parts.say(plain("event_word"), plain_of("event_on", kind=_value(drawer, "civil_events", "kind", one), day=day))
    for one in facts.rows("authorizations", "person_id", [code]).tolist():
        parts.say(plain("guardian_word"), _value(drawer, "authorizations", "kind", one))
    home = _code(drawer, "persons", "household_id", row)
    others = facts.codes("persons", "person_id", facts.rows("persons", "household_id", [home]))
    parts.people = _people(drawer, [one for one in others.tolist() if one != code])
    held = facts.codes("cards", "card_id", facts.rows("cards", "holder_person_id", [code]))
    paid = facts.codes("disbursements", "card_id", facts.rows("disbursements", "person_id", [code]))
    parts.cards = _cards(drawer, [*held.tolist(), *paid.tolist()])
    return parts


def card(drawer: Drawer, code: int) -> Parts:
    """A card: whose, which bank, when and where opened, bound to what; who was paid to it and keeps it."""
    facts = drawer.facts
    drawer.read([("card", code)])
    row = facts.newest("cards", "card_id", [code]).get(code, -1)
    parts = Parts(plain("card_title", four=digits(facts.text("card", code))))
    holder = _code(drawer, "cards", "holder_person_id", row)
    if row >= 0:
        parts.say(column_word("cards", "kind"), drawer.card_kind(row))
        parts.say(plain("holder_word"), drawer.person(holder))
        for name in ("opened_on", "activated_on", "outlet_id", "closed_on"):
            parts.say(column_word("cards", name), drawer.text_at("cards", name, row) or "")
        opener = _code(drawer, "cards", "opened_by_person_id", row)
        if opener >= 0 and opener != holder and drawer.named([("person", opener)]):
            parts.say(column_word("cards", "opened_by_person_id"), drawer.person(opener) or plain("unregistered"))
        parts.say(column_word("cards", "phone"), last_four(drawer.text_at("cards", "phone", row)))
    else:
        parts.say(column_word("cards", "kind"), plain("unregistered"))
    rows = facts.rows("disbursements", "card_id", [code])
    times = Counter(facts.codes("disbursements", "person_id", rows).tolist())
    notes = {one: plain("paid_here", n=many) for one, many in times.items()}
    events = facts.rows("card_events", "card_id", [code])
    handed = facts.codes("card_events", "actor_person_id", events)
    for one, event in zip(handed.tolist(), events.tolist(), strict=True):
        if one >= 0 and facts.value("card_events", "kind", event) == "handed_to_proxy":
            notes[one] = joined(notes.get(one, NOWHERE), plain("handed"))
    if holder >= 0:
        notes[holder] = joined(plain("holder_word"), notes.get(holder, NOWHERE))
    parts.people = _people(
        drawer, [*([holder] if holder >= 0 else []), *(one for one, _ in times.most_common())], notes
    )
    return parts


def official(drawer: Drawer, code: int) -> Parts:
    """An official: posts, what they handled within a year, kin of theirs who are paid where whoever looks may see."""
    import numpy as np

    facts = drawer.facts
    drawer.read([("official", code)])
    number = facts.text("official", code) or ""
    rows = facts.rows("officials", "official_id", [code])
    name = surname(drawer.text_at("officials", "name", int(rows[-1]))) if len(rows) else ""
    parts = Parts(plain("official_title", name=name or number, id=number) if name else (number, number))
    if len(rows):
        last = int(rows[-1])
        parts.say(plain("posts_held"), joined(drawer.post(last), (drawer.post_place(last),) * 2))
    for table, column, label in (
        ("approvals", "official_id", "decided_year"),
        ("disbursements", "prepared_by", "prepared_year"),
    ):
        handled = facts.rows(table, column, [code])
        recent = int((facts.known(table, handled) > facts.at - YEAR_US).sum())
        parts.say(plain(label), plain("times", n=f"{recent:,}"))
    parts.posts = _posts(drawer, rows)
    behind = facts.codes("officials", "person_id", rows)
    kin: set[int] = set()
    for one, other in (("person_id", "relative_id"), ("relative_id", "person_id")):
        ties = facts.rows("kinship", one, behind)
        kin |= set(facts.codes("kinship", other, ties).tolist())
    paid = facts.rows("disbursements", "person_id", np.array(sorted(kin), np.int64))
    payees = set(facts.codes("disbursements", "person_id", paid).tolist())
    parts.people = _people(drawer, sorted(payees), dict.fromkeys(payees, plain("kin_word")))
    return parts


def village(drawer: Drawer, code: int) -> Parts:
    """A village or township: where it lies, how many live there, who serves there."""
    facts = drawer.facts
    row = facts.newest("divisions", "division_code", [code]).get(code, -1)
    parts = Parts(plain("village_title", name=drawer.place(code)))
    parts.say(column_word("divisions", "division_code"), facts.text("division", code) or "")
    parts.say(plain("level_word"), _value(drawer, "divisions", "level", row))
    parts.say(plain("above_word"), drawer.place(_code(drawer, "divisions", "parent_code", row)))
    parts.say(plain("merged_word"), drawer.place(_code(drawer, "divisions", "successor_code", row)))
    for name in ("valid_from", "valid_to"):
        parts.say(column_word("divisions", name), drawer.text_at("divisions", name, row) or "")
    under = places_under(drawer, code)
    homes, people = facts.rows("households", "division_code", under), facts.rows("persons", "division_code", under)
    parts.say(plain("households_word"), plain("households_count", n=f"{len(homes):,}"))
    parts.say(plain("people_word"), plain("persons_count", n=f"{len(people):,}"))
    posts = facts.rows("officials", "division_code", [code])
    ended = facts.numbers("officials", "to_date", posts) < facts.day
    parts.posts = _posts(drawer, posts[~ended])
    return parts


def program(drawer: Drawer, code: int) -> Parts:
    """An item of the catalogue, as it is published."""
    parts = Parts(plain("program_title", name=drawer.item(code)))
    row = drawer.facts.newest("programs", "program_id", [code]).get(code, -1)
    if row >= 0:
        for label, value in pairs_of(drawer, "programs", row):
            parts.say(label, value)
    return parts


def places_under(drawer: Drawer, code: int) -> list[int]:
    """A division and everything below it, those merged into them included."""
    import numpy as np

    table = drawer.facts.table("divisions")
    if table is None:
        return [code]
    own = np.asarray(table.column("division_code"), np.int64)
    above = [np.asarray(table.column(name), np.int64) for name in ("parent_code", "successor_code")]
    found, new = {code}, [code]
    while new:
        below = {int(one) for up in above for one in own[np.isin(up, new)]}
        new = sorted(below - found)
        found |= below
    return sorted(found)


def plain_of(key: str, **values: Pair | str) -> Pair:
    """A word of the portraits' own with values that may be words themselves."""
    zh = {name: one if isinstance(one, str) else one[0] for name, one in values.items()}
    en = {name: one if isinstance(one, str) else one[1] for name, one in values.items()}
    return plain(key, **zh)[0], plain(key, **en)[1]


def _code(drawer: Drawer, table: str, column: str, row: int) -> int:
    held = drawer.facts.table(table)
    return int(held.column(column)[row]) if held is not None and row >= 0 else -1


def _value(drawer: Drawer, table: str, column: str, row: int) -> Pair:
    return value_word(table, column, drawer.text_at(table, column, row))


def _people(drawer: Drawer, persons: Iterable[int], notes: dict[int, Pair] | None = None) -> list[PersonLine]:
    """People who may be named, each once, in the order given."""
    ordered = list(dict.fromkeys(int(one) for one in persons))
    named = drawer.named([("person", one) for one in ordered])
    found: list[PersonLine] = []
    for code in ordered:
        if ("person", code) in named and len(found) < MOST_PEOPLE:
            node = drawer.node(("person", code))
            note = joined((notes or {}).get(code, NOWHERE), node.note)
            name = drawer.person(code) or node.shown[0]
            found.append(PersonLine(drawer.hash("person", code), name, note, node.look_up))
    return found


def _cards(drawer: Drawer, cards: Collection[int]) -> list[CardLine]:
    """Cards that may be named, those with most payments first."""
    from features.portrait.payments import inside

    facts = drawer.facts
    once = sorted({one for one in cards if one >= 0})
    named = drawer.named([("card", one) for one in once])
    newest = facts.newest("cards", "card_id", once)
    rows = inside(facts, facts.rows("disbursements", "card_id", once), drawer.reach.inside)
    which = facts.codes("disbursements", "card_id", rows).tolist()
    money = facts.numbers("disbursements", "amount", rows).tolist()
    times, sums = Counter(which), Counter[int]()
    for one, fen in zip(which, money, strict=True):
        sums[one] += round(fen) if fen == fen else 0
    found: list[CardLine] = []
    for code in once:
        if ("card", code) not in named:
            continue
        row = newest.get(code, -1)
        closed = drawer.card_state(row) if row >= 0 else NOWHERE
        table = facts.table("cards")
        found.append(
            CardLine(
                key=drawer.hash("card", code),
                shown=digits(facts.text("card", code)),
                kind=drawer.card_kind(row) if row >= 0 else plain("unregistered"),
                state=closed if closed[0] else plain("open") if row >= 0 else plain("unregistered"),
                holder=drawer.person(_code(drawer, "cards", "holder_person_id", row)),
                opened_on=facts.value("cards", "opened_on", row) if table is not None and row >= 0 else None,
                closed_on=facts.value("cards", "closed_on", row) if closed[0] else None,
                payments=times[code],
                amount_fen=sums[code],
                look_up=drawer.look_up(("card", code)),
            )
        )
    return sorted(found, key=lambda one: (-one.payments, one.key))


def _posts(drawer: Drawer, rows: Int64) -> list[PostLine]:
    """Posts of officials who may be named, those taken last first."""
    facts = drawer.facts
    officials = facts.codes("officials", "official_id", rows).tolist()
    named = drawer.named([("official", one) for one in officials])
    found: list[PostLine] = []
    for code, row in list(zip(officials, rows.tolist(), strict=True))[::-1][:MOST_POSTS]:
        if ("official", code) in named:
            number = facts.text("official", code) or ""
            found.append(
                PostLine(
                    official_id=number,
                    shown=surname(drawer.text_at("officials", "name", row)) or number,
                    post=drawer.post(row),
                    place=drawer.post_place(row),
                    from_on=facts.value("officials", "from_date", row),
                    to_on=facts.value("officials", "to_date", row),
                    look_up=drawer.look_up(("official", code)),
                )
            )
    return found


def _holdings(drawer: Drawer, household: int) -> list[tuple[Pair, str, Pair]]:
    """What a household holds by kind: quantities that hold at the moment, with their unit."""
    facts = drawer.facts
    rows = facts.rows("holdings", "household_id", [household])
    ended = facts.numbers("holdings", "valid_to", rows) < facts.day
    sums: dict[str, float] = {}
    for row in rows[~ended].tolist():
        kind = str(facts.value("holdings", "kind", row))
        sums[kind] = sums.get(kind, 0.0) + float(facts.value("holdings", "quantity", row) or 0.0)
    unit = {"livestock": "head", "machine": "item"}
    return [
        (
            value_word("holdings", "kind", kind),
            f"{quantity:,.2f}".rstrip("0").rstrip("."),
            value_word("programs", "quantity_unit", unit.get(kind, "mu")),
        )
        for kind, quantity in sorted(sums.items())
    ]
