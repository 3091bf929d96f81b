"""Cases as they stood at any date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from service.console.page import Page
from service.console.pages._supervision import AS_OF_EXAMPLE, AsOf, as_of
from service.console.visit import Visit, visit
from service.work.supervision.state import CaseThen, cases_then

AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class Contents:
    """Cases by number. `next`: address of the next page, empty at the end; `first`: of the beginning, empty there."""

    as_of: AsOf
    cases: tuple[CaseThen, ...]
    next: str
    first: str


_CASE: Final = CaseThen(
    "C1A2B3C4", "discipline", "official", "····0012", "T22", "official", "score", "519921100204",
    "一名经办人员关联 3 笔发放", "3 payments at an official", 1_234_56, AS_OF_EXAMPLE.at, "new", AS_OF_EXAMPLE.at,
)  # fmt: skip
EXAMPLE: Final = Contents(AS_OF_EXAMPLE, (_CASE,), "/supervision/cases?after=C1A2B3C4", "/supervision/cases")

PAGE: Final = Page("supervision_cases", EXAMPLE, "supervision.read", nav="supervision")
router: Final = APIRouter()


@router.get("/supervision/cases")
def show(
    visitor: Annotated[Visit, Depends(visit("supervision.read"))],
    at: str = "",
    after: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Cases at a date, a page at a time. The look is logged."""
    moment = as_of(visitor, at)
    found = cases_then(
        visitor.context, visitor.principal, None if moment.is_now else moment.at, after=after, limit=AT_ONCE
    )
    here = f"/supervision/cases?at={moment.day}"
    more = f"{here}&after={found[-1].case_id}" if len(found) == AT_ONCE else ""
    return visitor.page(PAGE, Contents(moment, tuple(found), more, here if after else ""))
