"""Everything that happened to a case, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from service.api.routes._queue_bodies import CaseNumber
from service.api.routes._queue_told import told
from service.console.page import Page
from service.console.pages._case_example import HEAD, STEPS
from service.console.pages._case_shapes import Head, StepShown
from service.console.pages._case_told import head, step
from service.console.visit import Visit, visit
from service.work.places import places_of
from service.work.queue.read_folder import Amounts, read_folder

AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows: the case, what happened, addresses of what happened before and of the newest."""

    head: Head
    history: tuple[StepShown, ...]
    next: str
    first: str


PAGE: Final = Page("case_history", Contents(HEAD, STEPS, "/x", "/x"), "cases.read", nav="queue")
router: Final = APIRouter()


@router.get("/cases/{case_id}/history")
def show(
    visitor: Annotated[Visit, Depends(visit("cases.read"))],
    case_id: CaseNumber,
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> Response:
    """What happened, before a line where one is given."""
    wanted = Amounts(payments=0, history=AT_ONCE, before=before, notes=0, files=0, whole=False)
    with told():
        found = read_folder(visitor.context, visitor.principal, case_id, wanted)
    here = f"/cases/{case_id}/history"
    contents = Contents(
        head(visitor.context, visitor.principal, found.row, places_of(visitor.context)),
        tuple(step(one) for one in found.history),
        f"{here}?before={found.history[-1].line_id}" if found.earlier else "",
        here if before else "",
    )
    return visitor.page(PAGE, contents)
