"""Recipients' reports, for the staff who answer them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from service.access import Principal
from service.api.asking import Asked, needs
from service.api.problem import Problem, not_found, responses
from service.api.texts import Lines
from service.work.recipients.answer import OwnAffairError, Report, State, answer_report, list_reports

router = APIRouter(prefix="/v1/reports", tags=["recipients"])

Works = Annotated[Principal, Depends(needs("cases.work"))]


class StaffReportBody(BaseModel):
    """A report as staff see it. Who made it is not told: it is answered under its number."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": "B-7K2M-9QXD",
                    "kind": "card_held",
                    "disbursement_id": None,
                    "division_code": "519921100204",
                    "text": "村里一直拿着我的卡。",
                    "made_at": "2019-07-01T01:00:00Z",
                    "state": "received",
                    "answer": None,
                    "answered_at": None,
                    "answered_by": None,
                    "case_id": "C7K3M9QZ4TB",
                }
            ]
        }
    )
    number: str
    kind: str
    disbursement_id: str | None
    division_code: str
    text: str
    made_at: dt.datetime
    state: State
    answer: str | None
    answered_at: dt.datetime | None
    answered_by: str | None
    case_id: str | None = Field(description="The case that was opened on it, where you see it.")


class StaffReportsBody(BaseModel):
    """Reports, oldest first; `next` continues the list, null at its end."""

    reports: list[StaffReportBody]
    next: int | None


class AnswerRequest(BaseModel):
    """An answer the recipient reads; without a text the report is only marked as looked at."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "已联系乡镇，卡已归还，请核对。"}]})
    text: Annotated[Lines, Field(min_length=1, max_length=2000)] | None = None


@router.get("", responses=responses(401, 403, 422))
def reports(
    context: Asked,
    who: Works,
    state: State | None = None,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> StaffReportsBody:
    """Reports in one's divisions."""
    found = list_reports(context, who, state=state, after=after, limit=limit)
    return StaffReportsBody(
        reports=[_body(one) for one in found], next=found[-1].report if len(found) == limit else None
    )


@router.post("/{number}/answer", responses=responses(401, 403, 404, 422))
def answer(
    number: Annotated[str, Path(max_length=32, examples=["B-7K2M-9QXD"])],
    asked: AnswerRequest,
    context: Asked,
    who: Works,
) -> StaffReportBody:
    """Answer a report, or mark it as looked at."""
    try:
        found = answer_report(context, who, number, asked.text)
    except OwnAffairError:
        raise Problem(
            403,
            "own-affair",
            "Somebody else's to answer",
            ("This report is for somebody else to answer.", "该反映应由其他人员办理。"),
        ) from None
    if found is None:
        raise not_found(("report", "群众反映"))
    return _body(found)


def _body(one: Report) -> StaffReportBody:
    return StaffReportBody(
        number=one.number,
        kind=one.kind,
        disbursement_id=one.disbursement_id,
        division_code=one.division_code,
        text=one.text,
        made_at=one.made_at,
        state=one.state,
        answer=one.answer,
        answered_at=one.answered_at,
        answered_by=one.answered_by,
        case_id=one.case_id,
    )
