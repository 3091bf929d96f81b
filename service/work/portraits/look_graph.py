"""The ego graph of some payments and a hub, drawn from the history."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, Final

from service.work.portraits.drawer import Drawer
from service.work.portraits.shapes import Graph, Tie

if TYPE_CHECKING:
    from features.portrait.facts import Int64
    from features.portrait.strands import Key, Strand

MEMBERS: Final = (("person", "person_id"), ("card", "card_id"), ("household", "household_id"))
"""Things a payment touches, with the columns that name them."""

PAYMENTS_DRAWN: Final = 250
"""Payments of a case whose ties are gathered, those given first: more people than a drawing has places for. Who else
was paid is counted."""

HUBS: Final = frozenset({"card", "phone", "device", "outlet", "official", "household", "village"})
"""Kinds of hubs that are things; a run is none."""


def payments_of(drawer: Drawer, numbers: list[str]) -> tuple[Int64, int]:
    """Rows of payments by their numbers that stood at the moment and may be told of, and how many may not."""
    import numpy as np

    facts = drawer.facts
    rows = facts.rows("disbursements", "disbursement_id", facts.encode("disbursement", numbers))
    inside = drawer.reach.inside
    if inside is None or not len(rows):
        return rows, 0
    seen = np.isin(facts.codes("disbursements", "division_code", rows), np.array(sorted(inside), np.int64))
    return rows[seen], int(len(rows) - seen.sum())


def hub_of(drawer: Drawer, kind: str, number: str) -> Key | None:
    """The hub as a thing of the history; None where it is none or nobody knows it."""
    from features.portrait.strands import SPACES

    if kind not in HUBS:
        return None
    code = drawer.facts.code(SPACES[kind], number)
    return (kind, code) if code >= 0 else None


def case_graph(drawer: Drawer, about: Mapping[str, Any]) -> Generator[None, None, Graph]:
    """`payments` (numbers), `hub_kind`, `hub_id`, `typology`, `most`."""
    numbers = list(about["payments"])
    rows, outside = payments_of(drawer, numbers[:PAYMENTS_DRAWN])
    rest, more_outside = payments_of(drawer, numbers[PAYMENTS_DRAWN:])
    hub = hub_of(drawer, str(about["hub_kind"]), str(about["hub_id"]))
    graph = yield from graph_of(drawer, rows, hub, str(about["typology"]), int(about["most"]))
    left_out: dict[Any, int] = dict(graph.left_out)
    for kind, column in MEMBERS:
        drawn = set(drawer.facts.codes("disbursements", column, rows).tolist())
        more = set(drawer.facts.codes("disbursements", column, rest).tolist()) - drawn - {-1}
        if more:
            left_out[kind] = left_out.get(kind, 0) + len(more)
    counted = tuple(sorted(left_out.items()))
    return Graph(graph.nodes, graph.ties, counted, graph.elsewhere + outside + more_outside)


def graph_of(drawer: Drawer, rows: Int64, hub: Key | None, typology: str, most: int) -> Generator[None, None, Graph]:
    """The graph around rows of `disbursements` and a hub."""
    import numpy as np

    from features.portrait.ego import FAR, ego
    from features.portrait.ties import Around, gather

    facts = drawer.facts
    around = Around(facts, rows, hub)
    yield from gather(around)
    members: dict[Key, int] = {}
    paid_in: dict[Key, int] = {}
    fen = np.nan_to_num(facts.numbers("disbursements", "amount", rows)).tolist()
    places = around.column("division_code").tolist()
    for kind, column in MEMBERS:
        for code, money, place in zip(around.column(column).tolist(), fen, places, strict=True):
            if code >= 0:
                members[kind, code] = members.get((kind, code), 0) + int(money)
                paid_in[kind, code] = place
    found = yield from ego(
        around.strands,
        members,
        hub,
        typology,
        most=most,
        named=lambda things: drawer.named(things, paid_in),
        far=_far(drawer, around.officials, FAR),
    )
    yield
    drawer.read(found.things)
    nodes = [drawer.node(thing, is_hub=thing == hub, is_member=thing in found.members) for thing in found.things]
    keys = {thing: node.key for thing, node in zip(found.things, nodes, strict=True)}
    yield
    ties = [_tie(strand, keys) for strand in found.strands]
    left_out = tuple(sorted(found.left_out.items()))
    return Graph(tuple(nodes), tuple(ties), left_out, found.elsewhere)  # type: ignore[arg-type]


def _tie(strand: Strand, keys: Mapping[Key, str]) -> Tie:
    from features.portrait.facts import date_of

    return Tie(
        one=keys[strand.one],
        other=keys[strand.other],
        kind=strand.kind,  # type: ignore[arg-type]
        first_on=None if strand.first != strand.first else date_of(strand.first),
        last_on=None if strand.last != strand.last else date_of(strand.last),
        count=strand.count,
        amount_fen=strand.fen,
        matters=strand.matters,
    )


def _far(drawer: Drawer, officials: Int64, posts: frozenset[str]) -> set[Key]:
    """Officials through whose hands everything goes."""
    facts = drawer.facts
    newest = facts.newest("officials", "official_id", officials)
    words = {facts.kind("officials", "post", post) for post in posts}
    return {
        ("official", official)
        for official, row in newest.items()
        if int(facts.ledger.tables["officials"].column("post")[row]) in words
    }
