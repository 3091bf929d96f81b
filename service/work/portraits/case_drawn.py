"""Everything that is drawn of a case, in one look: it is brought in sight once, and each part stands in the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from service.access import Principal
from service.access.scope import within
from service.store import case_members
from service.store.case_members import CASE_MEMBERS
from service.work.context import Context
from service.work.portraits._case import case_in_sight
from service.work.portraits.ask import Portraits
from service.work.portraits.case_alikes import alikes_of
from service.work.portraits.case_events import events_of
from service.work.portraits.case_graph import graph_of
from service.work.portraits.peers_of import hub_peers_of, peers_of
from service.work.portraits.shapes import Alike, Event, Graph, Peers
from service.work.queue.errors import QueueError
from service.work.scoring.asked import UnavailableError


@dataclass(frozen=True, slots=True)
class CaseDrawn:
    """What is drawn of a case.

    * `row`: the case; `graph`, `events`: its ties and what happened; `hub_peers`: what it is about against its like
    * `payment`: that of the case, in the scope, with the highest score, and `peers` what it is compared with; empty
      where there is none
    * `alikes`: look-alikes that were looked for and found
    * `away`: why all that is missing, in Chinese and English; empty where it is not
    """

    row: Row[Any]
    graph: Graph | None = None
    events: tuple[Event, ...] = ()
    hub_peers: tuple[Peers, ...] = ()
    payment: str = ""
    peers: tuple[Peers, ...] = ()
    alikes: tuple[Alike, ...] = ()
    away: tuple[str, str] = ("", "")


def case_drawn(
    context: Context, who: Principal, portraits: Portraits, case_id: str, *, nodes: int, events: int
) -> CaseDrawn:
    """Ties (at most `nodes`), events (at most `events`) and comparisons of a case as known now. Logged.

    Where the scorer is away that is said, and nothing drawn. Raises NotThere for a case whoever asks may not see.
    """
    case = case_in_sight(context, who, case_id, "graph", "events", "peers", "alikes")
    with context.database.read() as connection:
        payment = case_members.highest(connection, case.payments, case_id, within(who, CASE_MEMBERS.c.division_code))
    try:
        graph = graph_of(context, portraits, case, None, nodes)
        happened = events_of(context, portraits, case, None, events)
        about = hub_peers_of(context, portraits, case)
        peers = _peers(context, who, portraits, payment) if payment else ()
        alikes = alikes_of(context, who, portraits, case)
    except UnavailableError as error:
        return CaseDrawn(case.row, payment=payment, away=(error.chinese, error.english))
    return CaseDrawn(case.row, graph if graph.nodes else None, happened, about, payment, peers, alikes)


def _peers(context: Context, who: Principal, portraits: Portraits, payment: str) -> tuple[Peers, ...]:
    try:
        return peers_of(context, who, portraits, payment)
    except QueueError:
        # A payment whose facts are not on record is compared with nothing.
        return ()
