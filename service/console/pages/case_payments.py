"""Every payment of a case, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Response

from service.api.routes._queue_bodies import CaseNumber
from service.api.routes._queue_told import told
from service.console.page import Page
from service.console.pages._case_example import HEAD, MEMBER
from service.console.pages._case_shapes import Head, MemberShown
from service.console.pages._case_told import head, member
from service.console.visit import Visit, visit
from service.work.places import items_of, places_of
from service.work.queue.read_folder import Amounts, read_folder

AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows: the case, one page of its payments, addresses of the next page and the first."""

    head: Head
    members: tuple[MemberShown, ...]
    next: str
    first: str


PAGE: Final = Page("case_payments", Contents(HEAD, (MEMBER,), "/x", "/x"), "cases.read", nav="queue")
router: Final = APIRouter()


@router.get("/cases/{case_id}/payments")
def show(
    visitor: Annotated[Visit, Depends(visit("cases.read"))],
    case_id: CaseNumber,
    after: Annotated[str, Query(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")] = "",
) -> Response:
    """Payments by number, behind `after`."""
    context, who = visitor.context, visitor.principal
    wanted = Amounts(payments=AT_ONCE, after=after, history=1, notes=0, files=0, whole=False)
    with told():
        found = read_folder(context, who, case_id, wanted)
    places, items = places_of(context), items_of(context)
    here = f"/cases/{case_id}/payments"
    last = found.members[-1].disbursement_id if found.more_members else ""
    contents = Contents(
        head(context, who, found.row, places),
        tuple(member(who, one, places, items) for one in found.members),
        f"{here}?after={quote(last, safe='')}" if last else "",
        here if after else "",
    )
    return visitor.page(PAGE, contents)
