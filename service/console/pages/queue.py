"""The queue of a desk: ranked cases with why, narrowed and ordered by the address, worked on several at a time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Response

from service.api.problem import Problem
from service.console.page import Page
from service.console.pages._queue import LINE, OFFERED, PERSONAL, STATES, Chosen, Line, lines_of, order_of
from service.console.pages._queue_frame import (
    TAB,
    Failed,
    Person,
    Saved,
    Tab,
    divisions_of,
    people_of,
    saved_of,
    tabs_of,
    typologies,
)
from service.console.visit import Sent, Visit, sent, visit
from service.work.errors import WorkError
from service.work.places import places_of
from service.work.queue.assign_case import assign_waiting
from service.work.queue.bulk import Answer, assign_many, move_many
from service.work.queue.count_queues import count_queues
from service.work.queue.find_cases import NUMBER, find_cases
from service.work.queue.keep_filter import drop_filter, keep_filter
from service.work.queue.refresh_queue import ask_for_refresh
from service.work.queue.refreshed import Fresh, refreshed
from service.work.queue.sight import desks_of
from service.work.queue.states import OPEN, Desk

AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows.

    * `desk`, `tabs`: the desk, and all one sees with their counts, which are of `counted_at`
    * `lines`: cases; `chosen`: filters and order; `order`: the order they are in; `here`: the list's address
    * `next`, `first`: addresses of further pages, empty for none
    * `states`, `offered`, `typologies`, `divisions` (code, name): what the list can be narrowed to
    * `people`: whom cases can be given to, by whoever assigns; `moves`: states several cases can be moved to
    * `saved`: filters one keeps, as addresses; `fresh`: of when the queue is
    * `own`: the desk is one's own; others are seen as far as they gave cases to the department
    * `failed`: cases of the last form that were not done; `ticked`: numbers that were chosen in it
    """

    desk: str
    tabs: tuple[Tab, ...]
    counted_at: dt.datetime
    lines: tuple[Line, ...]
    chosen: Chosen
    order: str
    here: str
    next: str
    first: str
    states: tuple[str, ...]
    offered: tuple[str, ...]
    typologies: tuple[str, ...]
    divisions: tuple[tuple[str, str], ...]
    people: tuple[Person, ...]
    moves: tuple[str, ...]
    saved: tuple[Saved, ...]
    fresh: Fresh
    failed: tuple[Failed, ...] = ()
    ticked: tuple[str, ...] = ()
    own: bool = True


_AT: Final = dt.datetime(2019, 7, 1, 0, 30, tzinfo=dt.UTC)
_LATE: Final = replace(
    LINE, case_id="C0000000001", urgency="late", offered_as="random", mine=False, assignee="", hub_kind="card",
    hub="····1232", typology="", state="new", two_people=False,
)  # fmt: skip
PAGE: Final = Page(
    "queue",
    Contents(
        "discipline", (TAB, replace(TAB, desk="owed", href="/queue/owed", current=False)), _AT, (LINE, _LATE),
        Chosen(state="new", q="取现"), "rank", "/queue/discipline?state=new", "/queue/discipline?after=1.C7K3M9QZ4TB",
        "/queue/discipline", STATES, OFFERED, ("T01", "T25"), (("519921100000", "青石镇"),),
        (Person(12, "li.wen", 3, 15),), OPEN, (Saved("本乡新件", "/queue/discipline?state=new", True),),
        Fresh(_AT, True), (Failed("C0000000001", ("该核查件已被更改。", "The case was changed meanwhile.")),),
        ("C0000000001",),
    ),
    "cases.read",
    nav="queue",
)  # fmt: skip
router: Final = APIRouter()

Reader = Annotated[Visit, Depends(visit("cases.read"))]
Sender = Annotated[Sent, Depends(sent("cases.work"))]


@router.get("/queue")
def first(visitor: Reader) -> Response:
    """The first desk one has."""
    tabs = count_queues(visitor.context, visitor.principal).desks
    if not tabs:
        raise _no_desk()
    return visitor.go(f"/queue/{tabs[0].desk}")


@router.get("/queue/{desk}")
def show(visitor: Reader, desk: Desk, after: str | None = None) -> Response:
    """The cases of a desk."""
    chosen = Chosen.read(visitor.request.query_params)
    if PERSONAL.search(chosen.q):
        # Out of the address at once, and out of what leads back to it.
        return visitor.go(f"/queue/{desk}{chosen.query(q='')}", "said_personal")
    try:
        return _page(visitor, desk, chosen, after)
    except WorkError as error:
        raise Problem(422, "not-as-expected", "Not understood", (str(error), error.chinese)) from None


@router.post("/queue/{desk}/assign")
def assign(form: Sender, desk: Desk) -> Response:
    """Give the chosen cases to somebody, oneself, or nobody."""
    to = form.get("to")
    who = form.visit.principal
    if not re.fullmatch("me|none|[0-9]{1,15}", to):
        return _refused(form, desk, ("请选择分派给谁。", "Choose whom to give them to."))
    number = None if to == "none" else who.account_id if to == "me" else int(to)
    return _bulk(
        form,
        desk,
        "said_assigned",
        lambda cases: assign_many(form.visit.context, who, cases, number, form.get("reason")),
    )


@router.post("/queue/{desk}/move")
def move(form: Sender, desk: Desk) -> Response:
    """Move the chosen cases to a state."""
    to = next((one for one in OPEN if one == form.get("state")), None)
    until = _day(form.get("until"))
    if to is None or until is False:
        return _refused(form, desk, ("请选择状态，暂存待查须填写日期。", "Choose a state; held takes a day."))
    who = form.visit.principal
    return _bulk(
        form,
        desk,
        "said_moved",
        lambda cases: move_many(form.visit.context, who, cases, to, form.get("reason"), until),
    )


@router.post("/queue/{desk}/deal")
def deal(form: Annotated[Sent, Depends(sent("cases.assign"))], desk: Desk) -> Response:
    """Give what waits to those with room, each to whoever has least."""
    try:
        given = assign_waiting(form.visit.context, form.visit.principal)
    except WorkError as error:
        return _refused(form, desk, (error.chinese, str(error)))
    return form.done(_here(form, desk), "said_dealt", n=len(given))


@router.post("/queue/{desk}/refresh")
def refresh(form: Annotated[Sent, Depends(sent("cases.assign"))], desk: Desk) -> Response:
    """Have the queue made anew."""
    ask_for_refresh(form.visit.context, form.visit.principal)
    return form.done(_here(form, desk), "said_refresh")


@router.post("/queue/{desk}/keep")
def keep(form: Annotated[Sent, Depends(sent("cases.read"))], desk: Desk) -> Response:
    """Keep the filters under a name."""
    who = form.visit.principal
    try:
        keep_filter(form.visit.context, who, form.get("name"), _chosen(form).wanted(desk, who))
    except WorkError as error:
        return _refused(form, desk, (error.chinese, str(error)), {"name": form.get("name")})
    return form.done(_here(form, desk), "said_kept")


@router.post("/queue/{desk}/drop")
def drop(form: Annotated[Sent, Depends(sent("cases.read"))], desk: Desk) -> Response:
    """Keep a filter no longer. One that is not there is dropped already."""
    drop_filter(form.visit.context, form.visit.principal, form.get("name"))
    return form.done(_here(form, desk), "said_dropped")


def _page(
    visitor: Visit,
    desk: Desk,
    chosen: Chosen,
    after: str | None = None,
    *,
    status: int = 200,
    problem: tuple[str, str] | None = None,
    entered: Mapping[str, str] | None = None,
    failed: tuple[Failed, ...] = (),
    ticked: tuple[str, ...] = (),
) -> Response:
    """The page. Raises WorkError for a cursor that is none, Problem 404 for a desk whose cases one does not see."""
    context, who = visitor.context, visitor.principal
    counted = count_queues(context, who)
    if desk not in {one.desk for one in counted.desks}:
        raise _no_desk()
    order = order_of(chosen)
    found = find_cases(context, who, chosen.wanted(desk, who), after, AT_ONCE, order)
    places = places_of(context)
    here = f"/queue/{desk}{chosen.query()}"
    contents = Contents(
        desk=desk,
        tabs=tabs_of(counted.desks, desk),
        counted_at=counted.at,
        lines=lines_of(context, who, found.cases, places),
        chosen=chosen,
        order=order,
        here=here,
        next=f"/queue/{desk}{chosen.query(after=found.after)}" if found.after else "",
        first=here if after else "",
        states=STATES,
        offered=OFFERED,
        typologies=typologies(),
        divisions=divisions_of(places, who, chosen.division),
        people=people_of(context, who, desk),
        moves=OPEN if who.may("cases.work") else (),
        saved=saved_of(context, who, desk, chosen),
        fresh=refreshed(context),
        failed=failed,
        ticked=ticked,
        own=desk in desks_of(who),
    )
    return visitor.page(PAGE, contents, status=status, problem=problem, entered=entered)


def _no_desk() -> Problem:
    return Problem(
        404,
        "not-found",
        "Nothing here",
        ("No desk of yours has cases here.", "您没有可查看的核查岗。"),
    )


def _bulk(form: Sent, desk: Desk, said: str, work: Callable[[list[tuple[str, int]]], list[Answer]]) -> Response:
    """Do something with the chosen cases: all done leads back to the list, none leaves the form as it was, and where
    some could not be done the page says which and why."""
    cases = _cases(form)
    if not cases:
        return _refused(form, desk, ("请先勾选核查件。", "Choose cases first."))
    try:
        answers = work(cases)
    except WorkError as error:
        return _refused(form, desk, (error.chinese, str(error)))
    failed = tuple(Failed(one.case_id, (one.detail_zh, one.detail)) for one in answers if one.version is None)
    done = len(answers) - len(failed)
    if not failed:
        return form.done(_here(form, desk), said, n=done)
    if not done:
        why = failed[0].why
        return _refused(form, desk, why, failed=failed if len(failed) > 1 else ())
    form.done(_here(form, desk), said, n=done)
    partly = (f"{done} 件已办理，{len(failed)} 件未办理。", f"{done} done, {len(failed)} not done.")
    return _page(form.visit, desk, _chosen(form), problem=partly, failed=failed)


def _cases(form: Sent) -> list[tuple[str, int]]:
    """Numbers and versions that were ticked; anything else a form may hold is left out."""
    found = []
    for one in form.lists.get("case", []):
        number, _, version = one.partition(":")
        if NUMBER.fullmatch(number) and version.isdecimal() and len(version) < 10:
            found.append((number, int(version)))
    return found


def _refused(
    form: Sent,
    desk: Desk,
    problem: tuple[str, str],
    more: Mapping[str, str] | None = None,
    failed: tuple[Failed, ...] = (),
) -> Response:
    """The page again, with what was entered and ticked: nothing was done."""
    form.refused()
    entered = {name: form.get(name) for name in ("to", "state", "until", "reason")} | dict(more or {})
    ticked = tuple(number for number, _ in _cases(form))
    return _page(
        form.visit, desk, _chosen(form), status=422, problem=problem, entered=entered, failed=failed, ticked=ticked
    )


def _chosen(form: Sent) -> Chosen:
    """The filters of the list a form was sent from."""
    return Chosen.read(dict(parse_qsl(form.get("here").partition("?")[2])))


def _here(form: Sent, desk: Desk) -> str:
    """The list a form was sent from, as it is written here: no address of anybody else's."""
    return f"/queue/{desk}{_chosen(form).query()}"


def _day(text: str) -> dt.date | Literal[False] | None:
    """A day; None for an empty text, False for what is none."""
    try:
        day = dt.date.fromisoformat(text) if text else None
    except ValueError:
        return False
    return day if day is None or dt.date(1990, 1, 1) <= day <= dt.date(2200, 1, 1) else False
