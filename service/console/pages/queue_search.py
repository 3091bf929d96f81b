"""Cases of a person, card, phone, household, payment or official: searched by a number that stands in no address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Response

from service.console.page import Page
from service.console.pages._queue import LINE, Line, lines_of
from service.console.visit import Sent, Visit, sent, visit
from service.work.places import places_of
from service.work.queue.find_cases import Filter, find_cases

AT_ONCE: Final = 100

FIELDS: Final = {
    "person": "person_id",
    "card": "card_id",
    "phone": "phone",
    "household": "household_id",
    "payment": "disbursement_id",
    "official": "hub_id",
}
"""What a number may be of, and the filter it goes into."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows.

    * `kind`: what the number is of; `asked`: somebody searched
    * `lines`: cases that were found; `more`: there are more than are shown
    """

    kind: str = "person"
    asked: bool = False
    lines: tuple[Line, ...] = ()
    more: bool = False


PAGE: Final = Page("queue_search", Contents("card", True, (LINE,), True), "cases.read", nav="queue")
router: Final = APIRouter()


@router.get("/queue-search")
def show(visitor: Annotated[Visit, Depends(visit("cases.read"))]) -> Response:
    """Ask for a number."""
    return visitor.page(PAGE, Contents())


@router.post("/queue-search/find")
def find(form: Annotated[Sent, Depends(sent("cases.read"))]) -> Response:
    """The cases of a number. Nothing is changed: the same form may be sent again."""
    form.refused()
    visitor = form.visit
    context, who = visitor.context, visitor.principal
    kind = form.get("kind") if form.get("kind") in FIELDS else "person"
    # Spaces and dashes are how people read long numbers, not part of them.
    value = form.get("value").replace(" ", "").replace("-", "") if kind in ("person", "card", "phone") else ""
    value = value or form.get("value")
    closed = bool(form.get("closed"))
    entered = {"kind": kind, "closed": "1" if closed else ""}
    if not value or len(value) > 64 or not value.isprintable():
        problem = ("请输入号码。", "Enter a number.")
        return visitor.page(PAGE, Contents(kind), status=422, problem=problem, entered=entered)
    if kind == "person":
        value = value.upper()
    field: dict[str, Any] = {FIELDS[kind]: value}
    wanted = Filter(open=None if closed else True, **field)
    found = find_cases(context, who, wanted, None, AT_ONCE)
    lines = lines_of(context, who, found.cases, places_of(context))
    return visitor.page(PAGE, Contents(kind, True, lines, found.after is not None), entered=entered)
