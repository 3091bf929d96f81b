"""Models on record: which one is in force for whose data, what stands beside it, who decided what."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from service.console.page import Page
from service.console.visit import Sent, Visit, sent, visit
from service.work.errors import WorkError
from service.work.model_pages.decide import approve, go_back, propose
from service.work.model_pages.on_record import (
    County,
    Event,
    Measure,
    ModelLine,
    OnRecord,
    Proposed,
    on_record,
)

MOST_EVENTS: Final = 30


@dataclass(frozen=True, slots=True)
class Contents:
    """The record, `events` the newest of it, and how many more there are."""

    record: OnRecord
    events: tuple[Event, ...]
    more: int


_AT: Final = dt.datetime(2019, 7, 1, 1, tzinfo=dt.UTC)
_EVENTS: Final = (
    Event("3", _AT, ("li.na 提议启用，并自行承担：latency", "proposed by li.na, accepting latency"), "查准率更高"),
    Event("2", _AT, ("训练完成并登记", "trained and put on record")),
)
EXAMPLE: Final = Contents(
    OnRecord(
        (
            ModelLine(
                "3", "2019-07-01-aaaaaaaaaaaa", "0280d23b", "challenger", "2019-07-01T00:00:00+08:00", _AT, None, (),
                Measure(0.81, 0.7, 0.9), Measure(0.62), 0.01, 26_830, 61, "passed",
            ),
            ModelLine(
                "2", "2019-04-01-bbbbbbbbbbbb", "0280d23b", "champion", "2019-04-01T00:00:00+08:00", _AT, _AT,
                ("li.na", "wang.wei"), Measure(None), Measure(None), None, 0, 0, "",
            ),
            ModelLine("prior", "prior", "", "shipped"),
        ),
        (County("0280d23b", "2", "prior", "3", Proposed("3", "2", "li.na", "查准率更高", ("latency",), _AT)),),
        _EVENTS,
        ("模型记录中有一行被改动", "a line of the record was changed"),
    ),
    _EVENTS,
    4,
)  # fmt: skip

PAGE: Final = Page("models", EXAMPLE, "models.read", nav="models")
router: Final = APIRouter()


@router.get("/models")
def show(visitor: Annotated[Visit, Depends(visit("models.read"))]) -> Response:
    """The record of models."""
    return visitor.page(PAGE, _contents())


@router.post("/models/go-back")
def back(form: Annotated[Sent, Depends(sent("models.manage"))]) -> Response:
    """Take the last release of a county's models away."""
    try:
        number = go_back(
            form.visit.context, form.visit.principal, form.get("lineage"), form.get("expected"), form.get("why")
        )
    except WorkError as error:
        return _refused(form, error)
    return form.done("/models", "went_back", number=number)


@router.post("/models/propose")
def put_forward(form: Annotated[Sent, Depends(sent("models.manage"))]) -> Response:
    """Propose that a model be in force."""
    number, accept = form.get("number"), tuple(form.lists.get("accept", ()))
    try:
        propose(form.visit.context, form.visit.principal, number, form.get("why"), accept)
    except WorkError as error:
        return _refused(form, error)
    return form.done(f"/models/{number}", "proposed")


@router.post("/models/approve")
def put_in_force(form: Annotated[Sent, Depends(sent("models.manage"))]) -> Response:
    """Approve what somebody else proposed."""
    number, accept = form.get("number"), tuple(form.lists.get("accept", ()))
    try:
        approve(form.visit.context, form.visit.principal, number, form.get("why"), accept)
    except WorkError as error:
        return _refused(form, error)
    return form.done(f"/models/{number}", "released", number=number)


def _refused(form: Sent, error: WorkError) -> Response:
    form.refused()
    entered = {"why": form.get("why")}
    problem = (error.chinese, str(error))
    return form.visit.page(PAGE, _contents(), status=409, problem=problem, entered=entered)


def _contents() -> Contents:
    record = on_record()
    return Contents(record, record.events[:MOST_EVENTS], max(0, len(record.events) - MOST_EVENTS))
