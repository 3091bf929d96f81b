"""Questions before payment: what waits for somebody's word, the first deadline first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import Row

from service.console.page import Page
from service.console.pages._questions import ASKED_PAYMENT, AskedPayment, asked_payment
from service.console.pages._runs import AT_ONCE, address
from service.console.visit import Visit, visit
from service.work.places import items_of, places_of
from service.work.runs.questions import questions_due, waiting_of

State = Literal["waiting", "closed"]


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows.

    * `lines`: payments asked about; `next`, `first`: addresses of further pages, empty for none
    * `state`, `program`, `run`: what the list is narrowed to; `programs`: items as (program_id, name)
    * `waiting`, `waiting_fen`, `soon`: how many wait in all, for how much, and how many of them until tomorrow
    * `verify_days`: how long a question waits
    """

    lines: tuple[AskedPayment, ...]
    state: State
    program: str
    run: int
    programs: tuple[tuple[str, str], ...]
    waiting: int
    waiting_fen: int
    soon: int
    verify_days: int
    next: str = ""
    first: str = ""


PAGE: Final = Page(
    "questions",
    Contents(
        (ASKED_PAYMENT,),
        "waiting",
        "",
        17,
        (("P02", "高龄津贴"),),
        14,
        555_600,
        3,
        5,
        "/questions?after=1-2",
        "/questions",
    ),
    "verify.decide",
    nav="questions",
)
router: Final = APIRouter()

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND: Final = dt.timedelta(microseconds=1)


@router.get("/questions")
def show(
    visitor: Annotated[Visit, Depends(visit("verify.decide"))],
    state: Annotated[State, Query()] = "waiting",
    program: Annotated[str, Query(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")] = "",
    run: Annotated[int, Query(ge=0, le=2**53)] = 0,
    after: Annotated[str, Query(pattern=r"^(\d{1,18}-\d{1,15}|)$")] = "",
) -> Response:
    """Questions in one's divisions."""
    context, who = visitor.context, visitor.principal
    only_program, only_run = program or None, run or None
    found = questions_due(
        context,
        who,
        _place(after),
        AT_ONCE + 1,
        waiting=state == "waiting",
        request_id=str(visitor.request.scope.get("request_id", "")),
        program_id=only_program,
        run=only_run,
    )
    waiting = waiting_of(context, who, program_id=only_program, run=only_run)
    places, items, now = places_of(context), items_of(context), context.clock.now()
    shown = found[:AT_ONCE]
    asked = {"state": "" if state == "waiting" else state, "program": program, "run": run or ""}
    contents = Contents(
        lines=tuple(asked_payment(one, places, items, now) for one in shown),
        state=state,
        program=program,
        run=run,
        programs=tuple(sorted(items.items(), key=lambda one: one[1])),
        waiting=waiting.count,
        waiting_fen=waiting.amount_fen,
        soon=waiting.soon,
        verify_days=int(context.policy["line.verify_days"]),
        next=address("/questions", **asked, after=_written(shown[-1].row)) if len(found) > AT_ONCE else "",
        first=address("/questions", **asked) if after else "",
    )
    return visitor.page(PAGE, contents)


def _written(row: Row[Any]) -> str:
    """The place of a question in the list: its deadline in microseconds, and its number."""
    deadline: dt.datetime = row.deadline
    return f"{(deadline - _EPOCH) // _MICROSECOND}-{row.verification}"


def _place(after: str) -> tuple[dt.datetime, int] | None:
    """The place an address names; None for the beginning. A moment no calendar has is the last there is."""
    if not after:
        return None
    at, _, number = after.partition("-")
    try:
        return _EPOCH + _MICROSECOND * int(at), int(number)
    except OverflowError:
        return dt.datetime.max.replace(tzinfo=dt.UTC), int(number)
