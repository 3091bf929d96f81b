"""Cases as answers hold them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row

from service.api.money import Yuan, yuan
from service.api.texts import Line, Lines
from service.work.queue.find_cases import Filter, Page
from service.work.queue.read_case import WholeCase
from service.work.queue.states import Desk, State

CaseNumber = Annotated[str, Path(pattern=r"^C[0-9A-HJKMNP-TV-Z]{10}$", examples=["C7K3M9QZ4TB"])]
Case = Annotated[str, Field(pattern=r"^C[0-9A-HJKMNP-TV-Z]{10}$", examples=["C7K3M9QZ4TB"])]
Version = Annotated[int, Field(ge=1, le=2**31 - 1, examples=[3])]
Account = Annotated[int, Field(ge=1, le=2**53, examples=[12])]
Reason = Annotated[Lines, Field(min_length=1, max_length=2000, examples=["名册与银行回单不符，需核实。"])]
Number = Annotated[Line, Field(min_length=1, max_length=64)]
Word = Annotated[Line, Field(max_length=64)]
Limit = Annotated[int, Query(ge=1, le=1000)]
After = Annotated[int, Query(ge=0, le=2**53, description="`next` of the page before; 0: from the start.")]
CURSOR = r"^-?[0-9]{1,18}\.C[0-9A-HJKMNP-TV-Z]{10}$"
Cursor = Annotated[str | None, Query(pattern=CURSOR, description="`next` of the page before.")]

EXAMPLE: dict[str, Any] = {
    "case_id": "C7K3M9QZ4TB",
    "version": 3,
    "desk": "discipline",
    "state": "preliminary_check",
    "hub_kind": "official",
    "hub": "O00017",
    "hub_ref": "O00017",
    "typology": "T25",
    "suspect_role": "official",
    "selected_by": "rule",
    "offered_as": "alert",
    "score": 0.61,
    "amount": "12480.00",
    "expected_loss": "9120.50",
    "payments": 67,
    "division_code": "519901001000",
    "summary_zh": "经办人员关联67笔发放，共12,480.00元，疑点：同一网点连续取现。平均风险61%，需核实。",
    "summary_en": "67 payments of 12,480.00 yuan in all at an official; question: cards emptied in a row at one "
    "outlet. Mean risk 61%; to be checked.",
    "two_people": True,
    "assignee": "li.wen",
    "assignee_id": 12,
    "opened_at": "2019-07-01T01:00:00Z",
    "state_since": "2019-07-02T02:30:00Z",
    "due_at": "2019-08-26T16:00:00Z",
    "escalated_at": None,
    "held_from": None,
    "closed_at": None,
}


class CaseBody(BaseModel):
    """A case in a list. `hub` is the id, for cards, phones and devices their last four letters; `hub_ref` the id, or
    the keyed hash a whole number is asked for by (`/v1/unmasking`)."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    case_id: Case
    version: int
    desk: Desk
    state: State
    hub_kind: str
    hub: str
    hub_ref: str
    typology: str
    suspect_role: str
    selected_by: str
    offered_as: str
    score: float
    amount: Yuan
    expected_loss: Yuan
    payments: int
    division_code: str | None
    summary_zh: str
    summary_en: str
    two_people: bool
    assignee: str | None
    assignee_id: int | None
    opened_at: dt.datetime
    state_since: dt.datetime
    due_at: dt.datetime | None
    escalated_at: dt.datetime | None
    held_from: str | None
    closed_at: dt.datetime | None


def case_body(row: Row[Any]) -> CaseBody:
    """A case as an answer holds it."""
    return CaseBody(
        case_id=row.case_id,
        version=row.version,
        desk=row.desk,
        state=row.state,
        hub_kind=row.hub_kind,
        hub=row.hub_shown,
        hub_ref=row.hub_key,
        typology=row.typology,
        suspect_role=row.suspect_role,
        selected_by=row.selected_by,
        offered_as=row.offered_as,
        score=row.score,
        amount=yuan(row.amount_fen),
        expected_loss=yuan(row.loss_fen),
        payments=row.member_count,
        division_code=row.division_code,
        summary_zh=row.summary_zh,
        summary_en=row.summary_en,
        two_people=row.two_people,
        assignee=row.assignee,
        assignee_id=row.assignee_id,
        opened_at=row.opened_at,
        state_since=row.state_since,
        due_at=row.due_at,
        escalated_at=row.escalated_at,
        held_from=row.held_from,
        closed_at=row.closed_at,
    )


class CasesBody(BaseModel):
    """A page of cases in their order; `next` goes into `after`, null at the end."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"cases": [EXAMPLE], "next": None}]})

    cases: list[CaseBody]
    next: str | None


def page_body(page: Page) -> CasesBody:
    """A page as an answer holds it."""
    return CasesBody(cases=[case_body(row) for row in page.cases], next=page.after)


class ProposalBody(BaseModel):
    """A closing that waits for a second person. `differing` names payments found otherwise than the rest."""

    proposal_id: int
    outcome: str
    typology: str | None
    suspect_role: str | None
    differing: dict[str, str]
    explained: bool
    reason: str
    proposer: str
    at: dt.datetime


class LinkBody(BaseModel):
    """How two cases belong together: `case_id` is `kind` (of) `other_id`."""

    case_id: Case
    other_id: Case
    kind: str


class WholeCaseBody(BaseModel):
    """A case with the closing that waits and its links. Payments, history, notes and attachments have pages of their
    own."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"case": EXAMPLE, "proposal": None, "links": [], "reports": []}]}
    )

    case: CaseBody
    proposal: ProposalBody | None
    links: list[LinkBody]
    reports: list[str] = Field(description="Numbers of the recipients' reports it was opened on.")


def whole_body(whole: WholeCase) -> WholeCaseBody:
    """A case as its own answer holds it."""
    waiting = whole.proposal
    return WholeCaseBody(
        case=case_body(whole.row),
        proposal=None
        if waiting is None
        else ProposalBody(
            proposal_id=waiting.proposal_id, outcome=waiting.outcome, typology=waiting.typology,
            suspect_role=waiting.suspect_role, differing=waiting.differing, explained=waiting.explained,
            reason=waiting.reason, proposer=waiting.proposer, at=waiting.at,
        ),
        links=[LinkBody(case_id=one.case_id, other_id=one.other_id, kind=one.kind) for one in whole.links],
        reports=whole.reports,
    )  # fmt: skip


class FilterBody(BaseModel):
    """What cases are wanted. What is left out does not count; `open` null takes closed ones too.

    A person, card or phone is looked for by a keyed hash, in the body alone, and kept nowhere.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"desk": "discipline", "typology": "T25", "text": "取现"}]},
    )

    open: bool | None = True
    desk: Desk | None = None
    state: State | None = None
    typology: Word | None = None
    division: Word | None = None
    assignee_id: Account | None = None
    unassigned: bool = False
    escalated: bool = False
    offered_as: Word | None = None
    hub_kind: Word | None = None
    hub_id: Word | None = None
    household_id: Word | None = None
    disbursement_id: Word | None = None
    text: Annotated[Line, Field(max_length=100)] | None = None
    person_id: Word | None = None
    card_id: Word | None = None
    phone: Word | None = None

    def wanted(self) -> Filter:
        """As the work takes it."""
        return Filter(**self.model_dump())


class DoneBody(BaseModel):
    """A change was made: the case's version now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"case_id": "C7K3M9QZ4TB", "version": 4}]})

    case_id: Case
    version: int
