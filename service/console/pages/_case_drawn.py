"""What is drawn of a case: ties, events, peers. The history is asked for it; where that is away the page says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from service.api.scorer import portraits_of
from service.console.pages._case_rules import title_of
from service.console.pages._case_shapes import Text
from service.console.visit import Visit
from service.work.portraits.case_drawn import case_drawn
from service.work.portraits.shapes import Alike, Event, Graph, Peers

if TYPE_CHECKING:
    from sqlalchemy import Row

FEW: Final = (60, 120)
ALL: Final = (200, 400)
"""Nodes and events of the page of a case, and of the page of the graph."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Ties, events and comparisons of a case: of what it is about (`hub_peers`) and of one `payment` (`peers`);
    `alikes`: rules' titles with what they looked for and found. `away`: why all that is missing, empty where not."""

    graph: Graph | None = None
    events: tuple[Event, ...] = ()
    hub_peers: tuple[Peers, ...] = ()
    payment: str = ""
    peers: tuple[Peers, ...] = ()
    alikes: tuple[tuple[Text, Alike], ...] = ()
    away: Text = ("", "")


def drawn_of(visitor: Visit, case_id: str, most: tuple[int, int] = FEW) -> tuple[Row[Any], Drawn]:
    """The case and what is drawn of it: at most so many nodes and events. Raises NotThere."""
    nodes, events = most
    portraits = portraits_of(visitor.request)
    found = case_drawn(visitor.context, visitor.principal, portraits, case_id, nodes=nodes, events=events)
    told = sorted(found.alikes, key=lambda one: (-one.found, one.code))
    named = tuple((title_of(one.code), one) for one in told)
    drawn = Drawn(found.graph, found.events, found.hub_peers, found.payment, found.peers, named, found.away)
    return found.row, drawn
