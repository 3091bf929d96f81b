"""One report of a recipient: read it, answer it, open a case over the payment it names."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Annotated, Final, cast

from fastapi import APIRouter, Depends, Path, Response

from service.api.problem import Problem, not_found
from service.console.page import Page
from service.console.visit import Sent, Visit, sent, visit
from service.work.places import places_of
from service.work.portraits.paths import page_of
from service.work.queue.errors import Conflict, NotThere, QueueError
from service.work.queue.open_by_hand import open_by_hand
from service.work.queue.sight import desks_of
from service.work.queue.states import Desk
from service.work.recipients.answer import OwnAffairError, Report, answer_report, read_report
from service.work.recipients.points_to import desk_of, typologies_of
from service.work.recipients.report import KINDS, Kind

PATH: Final = "/reports/{number}"
LONGEST: Final = 2000
"""Characters of an answer."""


@dataclass(frozen=True, slots=True)
class Contents:
    """A report.

    * `number`, `kind` (in words), `text`, `place`, `made_at`, `state`: what was reported, where, when, how far it is
    * `payment`: the payment it names, `payment_page` its page; empty where it names none
    * `case`: the case that was opened on it, empty where there is none or one does not see it
    * `answer`, `answered_at`, `answered_by`: what the recipient reads, empty and None until then
    * `desks`: one's own, to open a case at, the likeliest first; `desk` the chosen one
    * `typologies`: what it may point to, in small letters; `typology` the chosen one, `none` for none
    """

    number: str
    kind: tuple[str, str]
    text: str
    place: str
    made_at: dt.datetime
    state: str
    payment: str
    payment_page: str
    case: str
    answer: str
    answered_at: dt.datetime | None
    answered_by: str
    desks: tuple[str, ...]
    desk: str
    typologies: tuple[str, ...]
    typology: str


_AT: Final = dt.datetime(2019, 7, 1, 1, 0, tzinfo=dt.UTC)
PAGE: Final = Page(
    "report",
    Contents(
        "B-7K2M-9QXD", KINDS["card_held"], "村里一直拿着我的卡。\n已经三年了。", "桥楼镇苏阳村", _AT, "answered",
        "D00004283", "/payments/D00004283", "", "卡已归还，请核对。", _AT, "wang.fang", ("discipline", "owed"),
        "discipline", ("t25", "t22", "none"), "t25",
    ),
    "cases.work",
    nav="reports",
    width="read",
)  # fmt: skip
router: Final = APIRouter()

Form = Annotated[Sent, Depends(sent("cases.work"))]
Number = Annotated[str, Path(min_length=1, max_length=32)]


@router.get(PATH)
def show(visitor: Annotated[Visit, Depends(visit("cases.work"))], number: Number) -> Response:
    """Show it; the look stands in the log."""
    return visitor.page(PAGE, _contents(visitor, _read(visitor, number)))


@router.post(f"{PATH}/look")
def post_look(form: Form, number: Number) -> Response:
    """Say that somebody looks into it: the recipient sees that."""
    _answer(form, number, None)
    return form.done(f"/reports/{number}", "looked_at")


@router.post(f"{PATH}/answer")
def post_answer(form: Form, number: Number) -> Response:
    """Answer it, or correct the answer."""
    text = form.get("text")
    if not 0 < len(text) <= LONGEST:
        form.refused()
        problem = (
            f"请填写答复，不超过 {LONGEST} 字。",
            f"Write the answer, {LONGEST} characters at most.",
        )
        contents = _contents(form.visit, _read(form.visit, number))
        return form.visit.page(PAGE, contents, status=422, problem=problem, entered={"text": text})
    _answer(form, number, text)
    return form.done(f"/reports/{number}", "answered")


@router.post(f"{PATH}/case")
def post_case(form: Form, number: Number) -> Response:
    """Open a case over the payment the report names."""
    visitor = form.visit
    report = _read(visitor, number)
    desk, typology = form.get("desk"), form.get("typology")
    payments = [report.disbursement_id] if report.disbursement_id else []
    try:
        done = open_by_hand(
            visitor.context,
            visitor.principal,
            cast(Desk, desk),
            payments,
            "complaint",
            typology.upper() if typology in _offered(report) and typology != "none" else "",
            form.get("why"),
            report.number,
        )
    except QueueError as error:
        form.refused()
        status = 404 if isinstance(error, NotThere) else 409 if isinstance(error, Conflict) else 422
        contents = replace(_contents(visitor, report), desk=desk, typology=typology)
        problem = (error.chinese, str(error))
        return visitor.page(PAGE, contents, status=status, problem=problem, entered={"why": form.get("why")})
    return form.done(f"/cases/{done.case_id}", "case_opened")


def _answer(form: Sent, number: str, text: str | None) -> None:
    """Answer or mark as looked at. Raises Problem 404, and 403 for a report of one's own kin."""
    try:
        found = answer_report(form.visit.context, form.visit.principal, number, text)
    except OwnAffairError:
        detail = ("This report is for somebody else to answer.", "该反映应由其他人员办理。")
        raise Problem(403, "own-affair", "Somebody else's to answer", detail) from None
    if found is None:
        raise not_found(("report", "群众反映"))


def _read(visitor: Visit, number: str) -> Report:
    found = read_report(visitor.context, visitor.principal, number)
    if found is None:
        raise not_found(("report", "群众反映"))
    return found


def _offered(report: Report) -> tuple[str, ...]:
    return (*(code.lower() for code in typologies_of(report.kind)), "none")


def _contents(visitor: Visit, one: Report) -> Contents:
    likely = desk_of(one.kind)
    desks = tuple(sorted(desks_of(visitor.principal), key=lambda desk: desk != likely))
    payment = one.disbursement_id or ""
    offered = _offered(one)
    return Contents(
        one.number,
        KINDS.get(cast(Kind, one.kind), (one.kind, one.kind)),
        one.text,
        places_of(visitor.context).full_name(one.division_code),
        one.made_at,
        one.state,
        payment,
        page_of("payment", payment) if payment else "",
        one.case_id or "",
        one.answer or "",
        one.answered_at,
        one.answered_by or "",
        desks,
        desks[0] if desks else "",
        offered,
        offered[0],
    )
