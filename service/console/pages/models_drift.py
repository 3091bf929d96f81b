"""Drift: what changed in what the model sees, and how grave that is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from service.api.problem import Problem
from service.console.page import Page
from service.console.pages._studies import Asked, asked_of, day_of, whole
from service.console.visit import Sent, Visit, sent, visit
from service.work.errors import WorkError
from service.work.model_pages.drift_told import AlarmTold, BreakTold, DriftTold, TableTold, drift_told
from service.work.studies.ask import ask_drift, earlier, read_study
from service.work.studies.errors import StudyError


@dataclass(frozen=True, slots=True)
class Contents:
    """The look that is shown (the newest that is done where none was chosen), its figures, and earlier ones."""

    chosen: Asked | None
    told: DriftTold | None
    earlier: tuple[Asked, ...]


_ASKED: Final = Asked(4, "done", "wang.wei", dt.datetime(2019, 7, 1, 1, tzinfo=dt.UTC), None)
EXAMPLE: Final = Contents(
    _ASKED,
    DriftTold(
        "2019-07-01", "2019-04-02", 4_211, "2019-04-01-bbbbbbbbbbbb", True,
        (
            AlarmTold(("发放数量：稳定性指数 0.31", "index 0.31"), "spread", "critical", 0.31, 0.1, ()),
            AlarmTold(("提示增多", "more hits"), "rule hits", "info", 2.0, 1.5, ("2019-05: 800 cards",)),
        ),
        (BreakTold("2019-05-01", ("集中换卡", "card migration"), "800 cards opened in the month"),),
        (TableTold("civil_events", 1_200, 40.0, 12.0, True), TableTold("cards", 3_000, None, None, False)),
        208, 3, 109, 1, 61, 18.0, 44.0, 20.0, 0.12,
    ),
    (_ASKED, Asked(3, "failed", "wang.wei", _ASKED.at, ("没有发放明细", "nothing was submitted"))),
)  # fmt: skip

PAGE: Final = Page("models_drift", EXAMPLE, "models.read", nav="models")
router: Final = APIRouter()


@router.get("/models/drift")
def show(
    visitor: Annotated[Visit, Depends(visit("models.read"))], study: Annotated[int, Query(ge=0, le=2**53)] = 0
) -> Response:
    """What changed."""
    return visitor.page(PAGE, _contents(visitor, study))


@router.post("/models/drift/ask")
def ask(form: Annotated[Sent, Depends(sent("models.manage"))]) -> Response:
    """Look again."""
    visitor = form.visit
    try:
        until, days = day_of(form.get("until")), whole(form.get("days"), 90)
        number = ask_drift(visitor.context, visitor.principal, until=until, days=days)
    except WorkError as error:
        form.refused()
        problem = (error.chinese, str(error))
        return visitor.page(PAGE, _contents(visitor, 0), status=422, problem=problem, entered=form.fields)
    return form.done(f"/models/drift?study={number}", "asked")


def _contents(visitor: Visit, study: int) -> Contents:
    found = earlier(visitor.context, "drift")
    number = study or next((one.study_id for one in found if one.state == "done"), 0)
    chosen, told = None, None
    if number > 0:
        try:
            one = read_study(visitor.context, number, "drift")
        except StudyError as error:
            raise Problem(404, "not-found", "Nothing here", (str(error), error.chinese)) from error
        chosen = asked_of(one)
        told = drift_told(one.result) if one.result else None
    return Contents(chosen, told, tuple(asked_of(one) for one in found))
