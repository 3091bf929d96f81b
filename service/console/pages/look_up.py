"""Look something up by its number: household, person, card, official, village, item, payment, case. It is logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from service.api.scorer import portraits_of
from service.console.page import Page
from service.console.visit import Sent, Visit, sent, visit
from service.work.errors import WorkError
from service.work.portraits.find import find
from service.work.portraits.shapes import Found


@dataclass(frozen=True, slots=True)
class Contents:
    """What a search led to.

    * `found`: pages that fit, where there are several
    * `nothing`: something was looked for and nothing fits
    """

    found: tuple[Found, ...] = ()
    nothing: bool = False


PAGE: Final = Page(
    "look_up",
    Contents(
        (
            Found("village", ("王家沟村", "Wangjiagou village"), "/look-up/village/519921100204"),
            Found("household", ("H00231", "H00231"), "/look-up/household/H00231"),
        )
    ),
    "lookups.read",
    nav="look_up",
    width="read",
)
router: Final = APIRouter()


@router.get("/look-up")
def show(visitor: Annotated[Visit, Depends(visit("lookups.read"))]) -> Response:
    """Ask what to look for."""
    return visitor.page(PAGE, Contents())


@router.post("/look-up/now")
def look(form: Annotated[Sent, Depends(sent("lookups.read"))]) -> Response:
    """Look for a number. What was typed in may be somebody's: it stands in no address and is not shown again."""
    visitor = form.visit
    try:
        found = find(visitor.context, visitor.principal, form.get("number"), portraits_of(visitor.request))
    except WorkError as error:
        form.refused()
        return visitor.page(PAGE, Contents(), status=422, problem=(error.chinese, str(error)))
    if len(found) == 1:
        return form.done(found[0].path)
    form.refused()
    return visitor.page(PAGE, Contents(found, nothing=not found), status=200 if found else 404)
