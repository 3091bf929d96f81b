"""A household, person, card, official, village or program, drawn from the history."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from service.work.portraits import things
from service.work.portraits.drawer import Drawer
from service.work.portraits.look_events import events_of
from service.work.portraits.look_graph import graph_of
from service.work.portraits.look_peers import peers_of_hub
from service.work.portraits.shapes import CardLine, Event, Fact, Found, Graph, Peers, PersonLine, PostLine, Sum
from service.work.portraits.words import Pair, plain

if TYPE_CHECKING:
    from features.portrait.facts import Int64
    from features.portrait.payments import Total

MOST_NODES: Final = 60
MOST_EVENTS: Final = 100
MOST_FOUND: Final = 20
PAYMENTS_DRAWN: Final = 60
"""Payments whose ties and events are drawn, the newest."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the history tells of a thing; see `shapes.Portrait`.

    `there`: it is known and may be told of. `numbers`: payments of one page, newest first; `after`: where the next
    page begins, None at the end.
    """

    there: bool
    title: Pair = ("", "")
    facts: tuple[Fact, ...] = ()
    people: tuple[PersonLine, ...] = ()
    cards: tuple[CardLine, ...] = ()
    posts: tuple[PostLine, ...] = ()
    numbers: tuple[str, ...] = ()
    after: str | None = None
    by_year: tuple[Sum, ...] = ()
    by_month: tuple[Sum, ...] = ()
    by_item: tuple[Sum, ...] = ()
    graph: Graph | None = None
    events: tuple[Event, ...] = ()
    peers: tuple[Peers, ...] = ()


_KNOWN: Final[Mapping[str, Callable[[Drawer, int], things.Parts]]] = {
    "household": things.household,
    "person": things.person,
    "card": things.card,
    "official": things.official,
    "village": things.village,
    "program": things.program,
}

_DRAWN: Final = frozenset({"household", "person", "card", "official"})
"""Kinds of things whose ties and events are drawn: of a village or item they would be all there is."""


def portrait(drawer: Drawer, about: Mapping[str, Any]) -> Generator[None, None, Drawn]:
    """`kind`, `id` as the history writes it, `after` (or None), `limit`; `brief`: without ties, events, peers."""
    from features.portrait.payments import inside, page, rows_of, sums

    kind, facts = str(about["kind"]), drawer.facts
    space = "division" if kind == "village" else kind
    code = facts.code(space, str(about["id"]))
    if code < 0 or (kind != "program" and not _may_open(drawer, kind, code)):
        return Drawn(there=False)
    known = _KNOWN[kind](drawer, code)
    yield
    codes = things.places_under(drawer, code) if kind == "village" else [code]
    rows = inside(facts, rows_of(facts, kind, codes), drawer.reach.inside)
    yield
    numbers, last = page(facts, rows, _place(about.get("after")), int(about["limit"]))
    yield
    by_year, by_month, by_item = sums(facts, rows)
    yield
    graph: Graph | None = None
    events: list[Event] = []
    peers: list[Peers] = []
    if kind in _DRAWN and not about.get("brief"):
        few = rows[-PAYMENTS_DRAWN:]
        graph = yield from graph_of(drawer, few, (kind, code), "", MOST_NODES)
        events = yield from _events(drawer, kind, code, few)
        if kind != "person":
            peers = yield from peers_of_hub(drawer, (kind, code), few)
    return Drawn(
        there=True,
        title=known.title,
        facts=tuple(known.facts),
        people=tuple(known.people),
        cards=tuple(known.cards),
        posts=tuple(known.posts),
        numbers=tuple(numbers),
        after=None if last is None else f"{last[0]}-{last[1]}",
        by_year=tuple(_sum(one, plain("year_label", n=one.key)) for one in by_year),
        by_month=tuple(_sum(one, plain("month_label", n=one.key)) for one in by_month),
        by_item=tuple(_item_sum(drawer, one) for one in by_item),
        graph=graph,
        events=tuple(events),
        peers=tuple(peers),
    )


def with_phone(drawer: Drawer, about: Mapping[str, Any]) -> Generator[None, None, list[Found]]:
    """`phone`: people who left the number with the register, and cards it is bound to."""
    facts = drawer.facts
    code = facts.code("phone", str(about["phone"]))
    if code < 0:
        return []
    persons = facts.codes("persons", "person_id", facts.rows("persons", "phone", [code])[:MOST_FOUND]).tolist()
    cards = facts.codes("cards", "card_id", facts.rows("cards", "phone", [code])[:MOST_FOUND]).tolist()
    named = drawer.named([*(("person", one) for one in persons), *(("card", one) for one in cards)])
    yield
    found = []
    for thing in sorted(named):
        node = drawer.node(thing)
        found.append(Found(thing[0], node.shown, node.look_up))
    return [one for one in found if one.path]


def _may_open(drawer: Drawer, kind: str, code: int) -> bool:
    """Whether a thing lies in the divisions and is of nobody near whoever looks."""
    if not drawer.named([(kind, code)]):
        return False
    if kind != "official":
        return True
    # Officials of divisions above are named where they handle something; their own page is not opened.
    where = drawer.facts.newest("officials", "official_id", [code]).get(code, -1)
    return where < 0 or drawer.reach.sees(int(drawer.facts.ledger.tables["officials"].column("division_code")[where]))


def _events(drawer: Drawer, kind: str, code: int, rows: Int64) -> Generator[None, None, list[Event]]:
    import numpy as np

    more: dict[str, Int64] = {}
    one = np.array([code], np.int64)
    if kind in ("person", "card", "official"):
        more[f"{kind}s"] = one
    elif kind == "household":
        members = drawer.facts.rows("persons", "household_id", one)
        more["persons"] = drawer.facts.codes("persons", "person_id", members)
    return (yield from events_of(drawer, rows, MOST_EVENTS, in_case=False, **more))


def _place(after: object) -> tuple[int, str] | None:
    """Where a page begins, out of its text; from the start for a text that is none."""
    at, _, number = str(after or "").partition("-")
    return (int(at), number) if at.isascii() and at.isdigit() and len(at) < 19 and number else None


def _sum(one: Total, label: Pair) -> Sum:
    return Sum(str(one.key), label, one.payments, one.fen)


def _item_sum(drawer: Drawer, one: Total) -> Sum:
    program = int(one.key)
    name = drawer.item(program)
    return Sum(drawer.facts.text("program", program) or "", (name, name), one.payments, one.fen)
