"""Cases: found, opened by hand, read."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from service.access import Principal
from service.api.asking import Asked, needs
from service.api.money import Yuan, yuan
from service.api.problem import responses
from service.api.routes._queue_bodies import (
    CURSOR,
    After,
    Case,
    CaseNumber,
    CasesBody,
    Cursor,
    FilterBody,
    Limit,
    Number,
    Reason,
    WholeCaseBody,
    Word,
    page_body,
    whole_body,
)
from service.api.routes._queue_told import told
from service.store.case_lists import Sort
from service.work.queue.find_cases import Filter, find_cases
from service.work.queue.open_by_hand import open_by_hand
from service.work.queue.read_case import read_case, read_history, read_members
from service.work.queue.states import Desk, State

router = APIRouter(prefix="/v1/cases", tags=["cases"])

Reader = Annotated[Principal, Depends(needs("cases.read"))]
Worker = Annotated[Principal, Depends(needs("cases.work"))]


class SearchBody(FilterBody):
    """A search: what is wanted, in which order (`closed`: closed last first, of closed ones alone), and the page."""

    sort: Sort = "rank"
    after: Annotated[str, Field(pattern=CURSOR)] | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100

    def wanted(self) -> Filter:
        """As the work takes it."""
        return Filter(**self.model_dump(exclude={"after", "limit", "sort"}))


class ByHandBody(BaseModel):
    """Payments to open a case over, and why: they share a household, an official or a village."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "desk": "department",
                    "payments": ["D00004283"],
                    "source": "complaint",
                    "typology": "T40",
                    "reason": "群众反映退回款项一直未补发。",
                }
            ]
        },
    )

    desk: Desk
    payments: Annotated[list[Number], Field(min_length=1, max_length=1000)]
    source: Literal["complaint", "audit"]
    report: Annotated[
        str | None, Field(max_length=32, description="The recipient's report it is opened on, which names one of them.")
    ] = None
    typology: Annotated[str, Field(pattern=r"^(T[0-9]{2})?$")] = ""
    reason: Reason


class OpenedBody(BaseModel):
    """The case, whether it is new, and how many payments came to it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"case_id": "C7K3M9QZ4TB", "new": True, "added": 1}]})

    case_id: Case
    new: bool
    added: int


class PaymentBody(BaseModel):
    """A payment of a case. `card` are the last four digits; `person_ref` and `card_ref` the keyed hashes a whole number
    is asked for by (`/v1/unmasking`); `active` whether it is in the open case."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "disbursement_id": "D00004283",
                    "amount": "186.00",
                    "score": 0.64,
                    "program_id": "P02",
                    "household_id": "H000412",
                    "division_code": "519901001000",
                    "person_ref": "9f86d081884c7d659a2feaa0c55ad015",
                    "card_ref": "60303ae22b998861bce3b28f33eec1be",
                    "card": "····1232",
                    "codes": ["T25.cards_emptied_in_series"],
                    "selected_by": "rule",
                    "active": True,
                    "added_at": "2019-07-01T01:00:00Z",
                    "outcome": None,
                    "decided_at": None,
                }
            ]
        }
    )

    disbursement_id: str
    amount: Yuan
    score: float
    program_id: str
    household_id: str | None
    division_code: str | None
    person_ref: str | None
    card_ref: str | None
    card: str
    codes: list[str]
    selected_by: str
    active: bool
    added_at: dt.datetime
    outcome: str | None
    decided_at: dt.datetime | None


class PaymentsBody(BaseModel):
    """Payments of a case by number; `next` goes into `after`, null at the end."""

    payments: list[PaymentBody]
    next: str | None


class StepBody(BaseModel):
    """One thing that happened to a case."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "line_id": 812,
                    "at": "2019-07-02T02:30:00Z",
                    "who": "li.wen",
                    "action": "moved",
                    "from_state": "new",
                    "to_state": "preliminary_check",
                    "version": 3,
                    "reason": "名册与银行回单不符，需核实。",
                    "details": {},
                }
            ]
        }
    )

    line_id: int
    at: dt.datetime
    who: str
    action: str
    from_state: str
    to_state: str
    version: int
    reason: str
    details: dict[str, Any]


class HistoryBody(BaseModel):
    """What happened to a case, in order; `next` goes into `after`, null at the end."""

    history: list[StepBody]
    next: int | None


@router.get("", responses=responses(401, 403, 422))
def cases(
    context: Asked,
    who: Reader,
    open: Annotated[bool | None, Query(description="left out: open and closed ones")] = None,
    desk: Annotated[Desk | None, Query()] = None,
    state: Annotated[State | None, Query()] = None,
    typology: Annotated[Word | None, Query()] = None,
    division: Annotated[Word | None, Query(description="this division and below")] = None,
    assignee_id: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    after: Cursor = None,
    limit: Limit = 100,
) -> CasesBody:
    """Cases you see, in the order of the queue."""
    wanted = Filter(open=open, desk=desk, state=state, typology=typology, division=division, assignee_id=assignee_id)
    with told():
        return page_body(find_cases(context, who, wanted, after, limit))


@router.post("/search", responses=responses(401, 403, 422))
def search(context: Asked, who: Reader, body: SearchBody) -> CasesBody:
    """Search by number, hub, words of the summary, payment, household, person, card or phone: in the body alone."""
    with told():
        return page_body(find_cases(context, who, body.wanted(), body.after, body.limit, body.sort))


@router.post("", status_code=201, responses=responses(401, 403, 404, 409, 422))
def open_case(context: Asked, who: Worker, body: ByHandBody) -> OpenedBody:
    """Open a case over payments, after a complaint or for an audit."""
    with told():
        done = open_by_hand(
            context, who, body.desk, body.payments, body.source, body.typology, body.reason, body.report
        )
    return OpenedBody(case_id=done.case_id, new=done.new, added=done.added)


@router.get("/{case_id}", responses=responses(401, 403, 404, 422))
def case(context: Asked, who: Reader, case_id: CaseNumber) -> WholeCaseBody:
    """One case. For a case you may not know of the answer is the same as for none."""
    with told():
        return whole_body(read_case(context, who, case_id))


@router.get("/{case_id}/payments", responses=responses(401, 403, 404, 422))
def payments(
    context: Asked,
    who: Reader,
    case_id: CaseNumber,
    after: Annotated[Word, Query(description="`next` of the page before.")] = "",
    limit: Limit = 100,
) -> PaymentsBody:
    """Payments that are or were in a case."""
    with told():
        found = read_members(context, who, case_id, after, limit)
    return PaymentsBody(
        payments=[
            PaymentBody(
                disbursement_id=one.disbursement_id, amount=yuan(one.amount_fen), score=one.score,
                program_id=one.program_id, household_id=one.household_id, division_code=one.division_code,
                person_ref=one.person_hash, card_ref=one.card_hash, card=one.card_last_four, codes=list(one.codes),
                selected_by=one.selected_by, active=one.active,
                added_at=one.added_at, outcome=one.outcome, decided_at=one.decided_at,
            )
            for one in found
        ],
        next=found[-1].disbursement_id if len(found) == limit else None,
    )  # fmt: skip


@router.get("/{case_id}/history", responses=responses(401, 403, 404, 422))
def history(context: Asked, who: Reader, case_id: CaseNumber, after: After = 0, limit: Limit = 100) -> HistoryBody:
    """What happened to a case, and why."""
    with told():
        found = read_history(context, who, case_id, after, limit)
    return HistoryBody(
        history=[
            StepBody(
                line_id=one.line_id, at=one.at, who=one.who, action=one.action, from_state=one.from_state,
                to_state=one.to_state, version=one.version, reason=one.reason, details=one.details,
            )
            for one in found
        ],
        next=found[-1].line_id if len(found) == limit else None,
    )  # fmt: skip
