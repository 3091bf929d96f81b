"""A case on paper: everything about it, without what can be done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from service.api.routes._queue_bodies import CaseNumber
from service.api.routes._queue_told import told
from service.console.drawings.graph import EXAMPLE as TIES
from service.console.page import Page
from service.console.pages._case_drawn import Drawn, drawn_of
from service.console.pages._case_example import AT, EXAMPLE
from service.console.pages._case_shapes import Whole
from service.console.pages._case_told import whole
from service.console.visit import Visit, visit
from service.work.portraits.evidence import case_reasons
from service.work.portraits.precedents import precedents
from service.work.queue.read_folder import Amounts, read_folder

MOST: Final = Amounts(payments=500, history=500, notes=500, files=200)


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows: the case and what is drawn of it; who printed it, when."""

    whole: Whole
    drawn: Drawn
    who: str
    at: dt.datetime


PAGE: Final = Page("case_print", Contents(EXAMPLE, Drawn(TIES), "li.wen", AT), "cases.read", nav="queue")
router: Final = APIRouter()


@router.get("/cases/{case_id}/print")
def show(visitor: Annotated[Visit, Depends(visit("cases.read"))], case_id: CaseNumber) -> Response:
    """The case, to be printed."""
    context, who = visitor.context, visitor.principal
    with told():
        folder = read_folder(context, who, case_id, MOST)
        found = whole(context, who, folder, case_reasons(context, who, case_id), precedents(context, who, case_id))
        drawn = drawn_of(visitor, case_id)[1]
    return visitor.page(PAGE, Contents(found, drawn, who.name, context.clock.now()))
