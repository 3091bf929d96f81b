"""Ties and events of a case over the whole width: everything there is to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from service.api.routes._queue_bodies import CaseNumber
from service.api.routes._queue_told import told
from service.console.drawings.graph import EXAMPLE as TIES
from service.console.page import Page
from service.console.pages._case_drawn import Drawn, drawn_of
from service.console.pages._case_example import HEAD
from service.console.pages._case_shapes import Head
from service.console.pages._case_told import head
from service.console.visit import Visit, visit
from service.work.places import places_of
from service.work.queue.read_folder import Amounts, read_folder

NODES: Final = 200
EVENTS: Final = 400


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows: the case, and what is drawn of it."""

    head: Head
    drawn: Drawn


PAGE: Final = Page("case_graph", Contents(HEAD, Drawn(TIES)), "cases.read", nav="queue")
router: Final = APIRouter()


@router.get("/cases/{case_id}/graph")
def show(visitor: Annotated[Visit, Depends(visit("cases.read"))], case_id: CaseNumber) -> Response:
    """The graph and the timeline."""
    context, who = visitor.context, visitor.principal
    with told():
        found = read_folder(context, who, case_id, Amounts(payments=0, history=1, notes=0, files=0, whole=False))
        drawn = drawn_of(visitor, case_id, nodes=NODES, events=EVENTS)
    return visitor.page(PAGE, Contents(head(context, who, found.row, places_of(context)), drawn))
