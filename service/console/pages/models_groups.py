"""Groups: whom alerts and false alarms fall on, in full; and publishing the public part."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from service.api.problem import Problem
from service.console.drawings.intervals import Interval
from service.console.page import Page
from service.console.pages._studies import Asked, asked_of, day_of, whole
from service.console.visit import Sent, Visit, sent, visit
from service.store.studies import Study
from service.work.errors import WorkError
from service.work.fairness.publish import full_report, publish
from service.work.fairness.told import Grouping, GroupLine, GroupsTold, Rate, SwapTold
from service.work.studies.ask import ask_groups, earlier, read_study
from service.work.studies.errors import StudyError


@dataclass(frozen=True, slots=True)
class Contents:
    """The report that is shown (the newest that is done where none was chosen), drawn and in tables.

    * `drawn`: false alarms of every judged group beside those of all (`reference`)
    * `published_at`, `published_by`: of the one shown; None while it is inside
    """

    chosen: Asked | None
    report: GroupsTold | None
    drawn: tuple[Interval, ...]
    reference: float | None
    published_at: dt.datetime | None
    published_by: str
    earlier: tuple[Asked, ...]


_AT: Final = dt.datetime(2019, 7, 1, 1, tzinfo=dt.UTC)
_RATE: Final = Rate(62, 2_819, 0.022, 0.017, 0.028)
_HIDDEN: Final = Rate(None, None, None, None, None)
EXAMPLE_REPORT: Final = GroupsTold(
    "2019-01-01", "2019-06-30", "2019-01-01-aaaaaaaaaaaa", "random sample", 1.5,
    GroupLine(("全部", "All"), _RATE, _RATE, _RATE, _RATE, None, None, None, "holds"),
    (
        Grouping(
            "sex", ("性别", "Sex"),
            (
                GroupLine(("男", "Men"), _RATE, _RATE, _RATE, _RATE, 1.0, 0.8, 1.2, "holds"),
                GroupLine(("女", "Women"), _RATE, _RATE, _HIDDEN, _RATE, None, None, None, "not enough data"),
            ),
        ),
    ),
    (SwapTold(("更换所有人的性别", "Everybody's sex changed"), 18_014, 0, 0),),
)  # fmt: skip
_ASKED: Final = Asked(9, "done", "wang.wei", _AT, None)
EXAMPLE: Final = Contents(
    _ASKED,
    EXAMPLE_REPORT,
    (Interval("男", 0.022, 0.017, 0.028, 2_819), Interval("女", None)),
    0.02,
    None,
    "",
    (_ASKED,),
)

PAGE: Final = Page("models_groups", EXAMPLE, "models.read", nav="models")
router: Final = APIRouter()

PLACES: Final = ("township", "county")
"""Groupings that are shown and not judged: too many to draw."""


@router.get("/models/groups")
def show(
    visitor: Annotated[Visit, Depends(visit("models.read"))], study: Annotated[int, Query(ge=0, le=2**53)] = 0
) -> Response:
    """The report on groups."""
    return visitor.page(PAGE, _contents(visitor, study))


@router.post("/models/groups/ask")
def ask(form: Annotated[Sent, Depends(sent("models.manage"))]) -> Response:
    """Ask for a report."""
    visitor = form.visit
    try:
        until, days = day_of(form.get("until")), whole(form.get("days"), 365)
        number = ask_groups(visitor.context, visitor.principal, until=until, days=days)
    except WorkError as error:
        return _refused(form, error, 0)
    return form.done(f"/models/groups?study={number}", "asked")


@router.post("/models/groups/publish")
def make_public(form: Annotated[Sent, Depends(sent("models.manage"))]) -> Response:
    """Publish a report's public part."""
    study = whole_or_zero(form.get("study"))
    try:
        publish(form.visit.context, form.visit.principal, study, form.get("why"))
    except WorkError as error:
        return _refused(form, error, study)
    return form.done(f"/models/groups?study={study}", "published")


def whole_or_zero(text: str) -> int:
    """A number of a study; 0, which there is none of, for anything else."""
    try:
        return whole(text, 0)
    except StudyError:
        return 0


def _refused(form: Sent, error: WorkError, study: int) -> Response:
    form.refused()
    problem = (error.chinese, str(error))
    try:
        contents = _contents(form.visit, study)
    except Problem:
        contents = _contents(form.visit, 0)
    return form.visit.page(PAGE, contents, status=422, problem=problem, entered=form.fields)


def _contents(visitor: Visit, study: int) -> Contents:
    found = earlier(visitor.context, "groups")
    number = study or next((one.study_id for one in found if one.state == "done"), 0)
    listed = tuple(asked_of(one) for one in found)
    if number <= 0:
        return Contents(None, None, (), None, None, "", listed)
    try:
        one: Study = read_study(visitor.context, number, "groups")
    except StudyError as error:
        raise Problem(404, "not-found", "Nothing here", (str(error), error.chinese)) from error
    report = full_report(one)
    drawn = _drawn(report, visitor)
    overall = report.overall.false_positive.share if report else None
    return Contents(asked_of(one), report, drawn, overall, one.published_at, one.published_by or "", listed)


def _drawn(report: GroupsTold | None, visitor: Visit) -> tuple[Interval, ...]:
    if report is None:
        return ()
    language = 0 if visitor.language == "zh" else 1
    return tuple(
        Interval(
            f"{grouping.name[language]}：{line.name[language]}" if language == 0
            else f"{grouping.name[1]}: {line.name[1]}",
            line.false_positive.share, line.false_positive.low, line.false_positive.high,
            line.false_positive.rows or 0,
        )
        for grouping in report.groupings if grouping.key not in PLACES
        for line in grouping.groups
    )  # fmt: skip
