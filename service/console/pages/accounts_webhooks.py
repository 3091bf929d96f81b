"""Webhooks, for administrators: which systems are told of events, what waits for them, make, pause and remove."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal, cast

from fastapi import APIRouter, Depends, Query, Response

from service.access import EVERYWHERE
from service.api.problem import not_found
from service.console.page import Page
from service.console.pages._accounts_parts import ACCESS, Offered, access_form, number_of
from service.console.visit import Sent, Visit, sent, visit
from service.work.access.grants import Access
from service.work.access.refused import RefusedError
from service.work.errors import WorkError
from service.work.places import places_of
from service.work.webhooks import change as changing
from service.work.webhooks.read import standing
from service.work.webhooks.subscribe import subscribe

PATH: Final = "/webhooks"
MOST: Final = 50
NOUNS: Final = ("run", "payment", "case", "report", "log", "lookup", "unmasking")
"""What events are about; a subscription made here takes all events of a noun."""

Change = Literal["active", "paused", "removed"]


@dataclass(frozen=True, slots=True)
class Hook:
    """A subscription: who receives what, where, of which place (empty: everywhere).

    * `state`: active, paused, or asked while it waits for somebody who may see cases; `waiting`, `dead`: events on
      their way and given up; `failures`: in a row; `wait_until`: nothing is sent before, None while all is well
    """

    number: int
    name: str
    url: str
    types: tuple[str, ...]
    place: str
    state: str
    waiting: int
    dead: int
    failures: int
    wait_until: dt.datetime | None
    made_by: str
    made_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Contents:
    """Subscriptions in one's scope.

    * `hooks`: a page of them; `next`: address of the next, empty at the end
    * `nouns`, `places`: to choose from for a new one; `chosen`, `place`: what was chosen before a refusal
    * `secret`: of one just made, shown once; `asked`: it waits for approval
    """

    hooks: tuple[Hook, ...]
    next: str
    nouns: tuple[str, ...]
    places: tuple[Offered, ...]
    chosen: tuple[str, ...] = ()
    place: str = ""
    secret: str = ""
    asked: bool = False


_AT: Final = dt.datetime(2019, 7, 1, 1, 0, tzinfo=dt.UTC)
PAGE: Final = Page(
    "accounts_webhooks",
    Contents(
        (
            Hook(
                1, "Platform", "https://finance.example/hooks", ("org.mingbai.run.*",), "青川县", "active", 3, 1, 2,
                _AT, "li.na", _AT,
            ),
            Hook(2, "X", "https://x.example/", ("*",), "", "asked", 0, 0, 0, None, "li.na", _AT),
            Hook(3, "Y", "https://y.example/", ("*",), "", "paused", 0, 0, 0, None, "li.na", _AT),
        ),
        "/webhooks?after=3", NOUNS, ACCESS.places, ("run",), "519901", "whsec_R4nd0m", True,
    ),
    "webhooks.manage",
    nav="accounts",
)  # fmt: skip
router: Final = APIRouter()

Form = Annotated[Sent, Depends(sent("webhooks.manage"))]


@router.get(PATH)
def show(
    visitor: Annotated[Visit, Depends(visit("webhooks.manage"))], after: Annotated[int, Query(ge=0, le=2**53)] = 0
) -> Response:
    """Show them."""
    return visitor.page(PAGE, _contents(visitor, after))


@router.post(f"{PATH}/make")
def post_make(form: Form) -> Response:
    """Make one; its secret stands in this answer alone."""
    visitor = form.visit
    chosen = tuple(one for one in NOUNS if one in form.lists.get("nouns", ()))
    place = form.get("place")
    try:
        number, secret = subscribe(
            visitor.context,
            visitor.principal,
            name=form.get("name")[:200] or "-",
            url=form.get("url")[:2000],
            types=[f"org.mingbai.{one}.*" for one in chosen],
            division_code=None if place in ("", EVERYWHERE) else place,
        )
    except WorkError as error:
        form.refused()
        contents = replace(_contents(visitor), chosen=chosen, place=place)
        entered = {"name": form.get("name"), "url": form.get("url")}
        problem = (error.chinese, str(error))
        return visitor.page(PAGE, contents, status=422, problem=problem, entered=entered)
    form.done(PATH)
    contents = _contents(visitor)
    asked = any(one.number == number and one.state == "asked" for one in contents.hooks)
    return visitor.page(PAGE, replace(contents, secret=secret, asked=asked))


@router.post(f"{PATH}/change")
def post_change(form: Form) -> Response:
    """Pause, resume or remove one."""
    visitor = form.visit
    to = form.get("to")
    if to not in ("active", "paused", "removed"):
        raise not_found(("subscription", "订阅"))
    try:
        number = number_of(form, "hook")
        there = changing.change(visitor.context, visitor.principal, number, state=cast(Change, to))
    except RefusedError as refused:
        form.refused()
        return visitor.page(PAGE, _contents(visitor), status=409, problem=(refused.chinese, str(refused)))
    if not there:
        raise not_found(("subscription", "订阅"))
    return form.done(PATH, f"hook_{to}")


def _contents(visitor: Visit, after: int = 0) -> Contents:
    context, who = visitor.context, visitor.principal
    found = standing(context, who, after, MOST + 1)
    places = places_of(context)
    hooks = tuple(
        Hook(
            int(one.row.subscription_id),
            one.row.name,
            one.row.url,
            tuple(one.row.types),
            places.full_name(one.row.division_code),
            "asked" if one.row.asked_by is not None else str(one.row.state),
            one.waiting,
            one.dead,
            int(one.row.failures),
            one.row.wait_until,
            one.row.made_by,
            one.row.made_at,
        )
        for one in found[:MOST]
    )
    more = f"{PATH}?after={hooks[-1].number}" if len(found) > MOST else ""
    return Contents(hooks, more, NOUNS, access_form(context, who, Access((), ())).places)
