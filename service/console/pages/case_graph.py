"""Ties and events of a case over the whole width: everything there is to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from service.api.routes._queue_bodies import CaseNumber
from service.api.routes._queue_told import told
from service.console.drawings.distribution import EXAMPLE as SAME
from service.console.drawings.graph import EXAMPLE as TIES
from service.console.page import Page
from service.console.pages._case_drawn import ALL, FEW, Drawn, drawn_of
from service.console.pages._case_example import HEAD, REASON
from service.console.pages._case_shapes import Head
from service.console.pages._case_told import head
from service.console.visit import Visit, visit
from service.work.places import places_of
from service.work.portraits.shapes import Alike


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows: the case, what is drawn of it, and whether that is the `few` the case's page takes in."""

    head: Head
    drawn: Drawn
    few: bool = False


PAGE: Final = Page(
    "case_graph",
    Contents(
        HEAD,
        Drawn(
            TIES, (), (SAME,), "D00004283", (SAME,), ((REASON.title, Alike(REASON.code, REASON.alikes[0], 1, 9, 2)),)
        ),
        True,
    ),
    "cases.read",
    nav="queue",
)
router: Final = APIRouter()


@router.get("/cases/{case_id}/graph")
def show(visitor: Annotated[Visit, Depends(visit("cases.read"))], case_id: CaseNumber, few: bool = False) -> Response:
    """The graph, the timeline and the comparisons; `few`: as much as the case's own page takes in."""
    context, who = visitor.context, visitor.principal
    with told():
        row, drawn = drawn_of(visitor, case_id, FEW if few else ALL)
    return visitor.page(PAGE, Contents(head(context, who, row, places_of(context)), drawn, few))
