"""Webhooks that tell of cases, for those who may see cases: each begins with the word of a second person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from service.api.refusals import STATUS
from service.console.page import Page
from service.console.pages._accounts_parts import number_of
from service.console.visit import Sent, Visit, sent, visit
from service.work.access.refused import RefusedError
from service.work.places import places_of
from service.work.webhooks import approve as approving

PATH: Final = "/webhooks/approvals"
MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """A subscription that waits: its number, who receives what, where, of which place (empty: everywhere), who made it
    and when."""

    number: int
    name: str
    url: str
    types: tuple[str, ...]
    place: str
    made_by: str
    made_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Contents:
    """The first of what waits in one's scope."""

    asked: tuple[Asked, ...]


_AT: Final = dt.datetime(2019, 7, 1, 1, 0, tzinfo=dt.UTC)
PAGE: Final = Page(
    "accounts_approvals",
    Contents((Asked(2, "Platform", "https://x.example/", ("org.mingbai.case.*",), "青川县", "li.na", _AT),)),
    "cases.read",
    width="read",
)
router: Final = APIRouter()


@router.get(PATH)
def show(visitor: Annotated[Visit, Depends(visit("cases.read"))]) -> Response:
    """Show what waits."""
    return visitor.page(PAGE, _contents(visitor))


@router.post(f"{PATH}/approve")
def post_approve(form: Annotated[Sent, Depends(sent("cases.read"))]) -> Response:
    """Let one begin. The form holds the address and the events that were looked at: with others nothing is approved."""
    visitor = form.visit
    try:
        approving.approve(
            visitor.context,
            visitor.principal,
            number_of(form, "hook"),
            url=form.get("url"),
            types=form.lists.get("types", []),
        )
    except RefusedError as refused:
        form.refused()
        problem = (refused.chinese, str(refused))
        return visitor.page(PAGE, _contents(visitor), status=STATUS[refused.kind][0], problem=problem)
    return form.done(PATH, "approved")


def _contents(visitor: Visit) -> Contents:
    places = places_of(visitor.context)
    rows = approving.waiting(visitor.context, visitor.principal, 0, MOST)
    return Contents(
        tuple(
            Asked(
                int(row.subscription_id),
                row.name,
                row.url,
                tuple(row.types),
                places.full_name(row.division_code),
                row.made_by,
                row.made_at,
            )
            for row in rows
        )
    )
