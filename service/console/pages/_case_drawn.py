"""What is drawn of a case: ties, events, peers. The history is asked for it; where that is away the page says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from service.api.scorer import portraits_of
from service.console.pages._case_rules import title_of
from service.console.pages._case_shapes import Text
from service.console.visit import Visit
from service.work.portraits.case_alikes import case_alikes
from service.work.portraits.case_events import case_events
from service.work.portraits.case_graph import case_graph
from service.work.portraits.peers_of import hub_peers, peers_of
from service.work.portraits.shapes import Alike, Event, Graph, Peers
from service.work.queue.errors import QueueError
from service.work.scoring.asked import UnavailableError

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


def drawn_of(visitor: Visit, case_id: str, members: Sequence[Row[Any]], most: tuple[int, int] = FEW) -> Drawn:
    """What is drawn of a case: at most so many nodes and events; that of `members` with the highest score is compared
    with its peers. Raises NotThere."""
    nodes, events = most
    payment = max(members, key=lambda one: one.score).disbursement_id if members else ""
    context, who, portraits = visitor.context, visitor.principal, portraits_of(visitor.request)
    try:
        graph = case_graph(context, who, portraits, case_id, most=nodes)
        happened = case_events(context, who, portraits, case_id, most=events)
        about = hub_peers(context, who, portraits, case_id)
        peers = _peers(visitor, payment) if payment else ()
        alikes = case_alikes(context, who, portraits, case_id)
    except UnavailableError as error:
        return Drawn(away=(error.chinese, error.english))
    told = sorted(alikes, key=lambda one: (-one.found, one.code))
    named = tuple((title_of(one.code), one) for one in told)
    return Drawn(graph if graph.nodes else None, happened, about, payment, peers, named)


def _peers(visitor: Visit, payment: str) -> tuple[Peers, ...]:
    try:
        return peers_of(visitor.context, visitor.principal, portraits_of(visitor.request), payment)
    except QueueError:
        # A payment whose facts are not on record is compared with nothing.
        return ()
