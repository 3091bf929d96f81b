"""What is drawn of a case: ties, events, peers. The history is asked for it; where that is away the page says so."""

from __future__ import annotations

from dataclasses import dataclass

from service.api.scorer import portraits_of
from service.console.pages._case_shapes import Text
from service.console.visit import Visit
from service.work.portraits.case_events import case_events
from service.work.portraits.case_graph import case_graph
from service.work.portraits.peers_of import hub_peers, peers_of
from service.work.portraits.shapes import Event, Graph, Peers
from service.work.queue.errors import QueueError
from service.work.scoring.asked import UnavailableError

FEW_NODES = 60
FEW_EVENTS = 120
"""Of the page of a case; the page of the graph shows all there is."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Ties, events and comparisons of a case. `away`: why they are missing, empty where they are not."""

    graph: Graph | None = None
    events: tuple[Event, ...] = ()
    peers: tuple[Peers, ...] = ()
    away: Text = ("", "")


def drawn_of(
    visitor: Visit, case_id: str, payment: str = "", *, nodes: int = FEW_NODES, events: int = FEW_EVENTS
) -> Drawn:
    """What is drawn of a case; `payment` is compared with its peers. Raises NotThere."""
    context, who, portraits = visitor.context, visitor.principal, portraits_of(visitor.request)
    try:
        graph = case_graph(context, who, portraits, case_id, most=nodes)
        happened = case_events(context, who, portraits, case_id, most=events)
        peers = list(hub_peers(context, who, portraits, case_id))
        if payment:
            peers += _peers(visitor, payment)
    except UnavailableError as error:
        return Drawn(away=(error.chinese, error.english))
    return Drawn(graph if graph.nodes else None, happened, tuple(peers))


def _peers(visitor: Visit, payment: str) -> tuple[Peers, ...]:
    try:
        return peers_of(visitor.context, visitor.principal, portraits_of(visitor.request), payment)
    except QueueError:
        # A payment whose facts are not on record is compared with nothing.
        return ()
