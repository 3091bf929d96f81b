"""Patterns that are not opened because somebody explained them; an explanation can be ended."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from service.api.problem import Problem
from service.console.page import Page
from service.console.visit import Sent, Visit, sent, visit
from service.work.errors import WorkError
from service.work.places import places_of
from service.work.queue.errors import NotThere
from service.work.queue.remember import end_memory, list_quietened
from service.work.queue.states import Desk

AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that stays quiet.

    * `memory_id`, `case_id`: the explanation, and the case it was found in
    * `hub_kind`, `hub`: what it is about, masked; `place`: in words
    * `first_at`, `last_at`: when a refresh kept it quiet first and last
    """

    memory_id: int
    case_id: str
    hub_kind: str
    hub: str
    typology: str
    place: str
    amount_fen: int
    payments: int
    first_at: dt.datetime
    last_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows: the desk, its quiet patterns, whether explanations can be ended, and addresses of further
    pages, empty for none. `ending`: the explanation a refused form was about."""

    desk: str
    patterns: tuple[Pattern, ...]
    may_end: bool
    next: str
    first: str
    ending: int = 0


_AT: Final = dt.datetime(2019, 8, 1, 18, tzinfo=dt.UTC)
_EXAMPLE: Final = Pattern(2, "C7K3M9QZ4TB", "card", "····1232", "T22", "青石镇上岩村", 120_000, 3, _AT, _AT)
PAGE: Final = Page(
    "queue_quiet",
    Contents("discipline", (_EXAMPLE,), True, "/queue/discipline/quiet?after=4", "/queue/discipline/quiet", 2),
    "cases.read",
    nav="queue",
)
router: Final = APIRouter()


@router.get("/queue/{desk}/quiet")
def show(
    visitor: Annotated[Visit, Depends(visit("cases.read"))],
    desk: Desk,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
) -> Response:
    """The quiet patterns of a desk."""
    return visitor.page(PAGE, _contents(visitor, desk, after))


@router.post("/queue/{desk}/quiet/end")
def end(form: Annotated[Sent, Depends(sent("cases.assign"))], desk: Desk) -> Response:
    """Let an explanation hold no longer: the pattern is opened again at the next refresh."""
    visitor = form.visit
    number = int(form.get("memory")) if form.get("memory").isdecimal() and len(form.get("memory")) < 16 else 0
    try:
        end_memory(visitor.context, visitor.principal, number, form.get("reason"))
    except WorkError as error:
        form.refused()
        return visitor.page(
            PAGE,
            _contents(visitor, desk, 0, number),
            status=422,
            problem=(error.chinese, str(error)),
            entered={"reason": form.get("reason")},
        )
    return form.done(f"/queue/{desk}/quiet", "said_ended")


def _contents(visitor: Visit, desk: Desk, after: int, ending: int = 0) -> Contents:
    context, who = visitor.context, visitor.principal
    try:
        found, last = list_quietened(context, who, desk, after, AT_ONCE)
    except NotThere:
        raise Problem(
            404, "not-found", "Nothing here", ("This desk is not one of yours.", "该核查岗不在您的职责范围内。")
        ) from None
    places = places_of(context)
    patterns = tuple(
        Pattern(
            row["memory_id"], row["case_id"], row["hub_kind"],
            places.name(row["hub_key"]) if row["hub_kind"] == "village" else row["hub_shown"], row["typology"],
            places.full_name(row["division_code"]), row["amount_fen"], row["member_count"], row["first_at"],
            row["last_at"],
        )
        for row in found
    )  # fmt: skip
    here = f"/queue/{desk}/quiet"
    return Contents(
        desk,
        patterns,
        who.may("cases.assign"),
        f"{here}?after={last}" if last else "",
        here if after else "",
        ending,
    )
