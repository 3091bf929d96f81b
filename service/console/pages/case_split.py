"""Split a case: some of its payments become a case of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from service.api.routes._queue_bodies import CaseNumber
from service.api.routes._queue_told import told
from service.console.page import Page
from service.console.pages._case_example import HEAD, MEMBER
from service.console.pages._case_forms import entered, status_of, version_of
from service.console.pages._case_picked import SHOWN, picked
from service.console.pages._case_shapes import Head, MemberShown
from service.console.pages._case_told import head, member
from service.console.visit import Sent, Visit, sent, visit
from service.work.errors import WorkError
from service.work.places import items_of, places_of
from service.work.queue.read_folder import Amounts, read_folder
from service.work.queue.split_cases import split_case


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows: the case, its payments one by one, how many more there are (to be named line by line), and
    those that were ticked on a form that was refused."""

    head: Head
    members: tuple[MemberShown, ...]
    more: int
    chosen: tuple[str, ...] = ()


PAGE: Final = Page("case_split", Contents(HEAD, (MEMBER,), 3, ("D00004283",)), "cases.assign", nav="queue")
router: Final = APIRouter()


@router.get("/cases/{case_id}/split")
def show(visitor: Annotated[Visit, Depends(visit("cases.assign"))], case_id: CaseNumber) -> Response:
    """The form. Where the case cannot be split now its own page says why."""
    with told():
        return _page(visitor, case_id)


@router.post("/cases/{case_id}/split/send")
def split(form: Annotated[Sent, Depends(sent("cases.assign"))], case_id: CaseNumber) -> Response:
    """Take the chosen payments out into a new case, and lead there."""
    visitor, chosen = form.visit, picked(form)
    try:
        number = split_case(
            visitor.context, visitor.principal, case_id, version_of(form), chosen, form.get("split_reason")
        )
    except WorkError as error:
        form.refused()
        problem = (error.chinese, str(error))
        with told():
            return _page(
                visitor, case_id, status=status_of(error), problem=problem, given=entered(form), chosen=tuple(chosen)
            )
    return form.done(f"/cases/{number}", "said_split")


def _page(
    visitor: Visit,
    case_id: str,
    *,
    status: int = 200,
    problem: tuple[str, str] | None = None,
    given: Mapping[str, str] | None = None,
    chosen: tuple[str, ...] = (),
) -> Response:
    context, who = visitor.context, visitor.principal
    folder = read_folder(context, who, case_id, Amounts(payments=SHOWN, history=1, notes=0, files=0, whole=False))
    if not folder.choices.splits and problem is None:
        return visitor.go(f"/cases/{case_id}")
    places, items = places_of(context), items_of(context)
    active = tuple(member(who, one, places, items) for one in folder.members if one.active)
    more = max(0, int(folder.row.member_count) - len(active))
    contents = Contents(head(context, who, folder.row, places), active, more, chosen)
    return visitor.page(PAGE, contents, status=status, problem=problem, entered=given)
