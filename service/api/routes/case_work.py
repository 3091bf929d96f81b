"""Work on cases: states, closing by one or two, assignment, notes, links, parts, and the same on many."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header

from service.access import Principal
from service.api.asking import Asked, needs
from service.api.problem import responses
from service.api.routes._case_work_bodies import (
    AnswerBody,
    AnswersBody,
    AssignBody,
    CloseBody,
    ClosedBody,
    LinkedBody,
    LinkWantedBody,
    ManyBody,
    MergeBody,
    MoveBody,
    NoteBody,
    NoteReadBody,
    NotesBody,
    ReasonedBody,
    SignBody,
    SplitBody,
    WrittenBody,
)
from service.api.routes._queue_bodies import After, CaseNumber, DoneBody, Limit
from service.api.routes._queue_told import told
from service.work.queue.assign_case import assign_case
from service.work.queue.bulk import Answer, assign_many, move_many
from service.work.queue.close_case import Closed, close_case, countersign, refuse_closing, withdraw_closing
from service.work.queue.closing import Closing, Explained
from service.work.queue.link_cases import link_cases, unlink_cases
from service.work.queue.move_case import move_case
from service.work.queue.reopen import reopen_case
from service.work.queue.split_cases import merge_cases, split_case
from service.work.queue.write_note import read_notes, write_note

router = APIRouter(prefix="/v1/cases", tags=["cases"])

Reader = Annotated[Principal, Depends(needs("cases.read"))]
Worker = Annotated[Principal, Depends(needs("cases.work"))]
Assigner = Annotated[Principal, Depends(needs("cases.assign"))]
Second = Annotated[Principal, Depends(needs("cases.countersign"))]
_CHANGES = responses(401, 403, 404, 409, 422)


@router.post("/bulk", responses=responses(401, 403, 422))
def many(context: Asked, who: Worker, body: ManyBody) -> AnswersBody:
    """Up to 500 cases, each answered on its own."""
    wanted = [(one.case_id, one.version) for one in body.cases]
    with told():
        if body.work == "assign":
            found = assign_many(context, who, wanted, body.account_id, body.reason)
        else:
            found = move_many(context, who, wanted, body.to, body.reason, body.until)
    return AnswersBody(answers=[_answer(one) for one in found])


def _answer(one: Answer) -> AnswerBody:
    return AnswerBody(
        case_id=one.case_id, version=one.version, problem=one.problem, detail=one.detail, detail_zh=one.detail_zh
    )


@router.post("/{case_id}/state", responses=_CHANGES)
def move(context: Asked, who: Worker, case_id: CaseNumber, body: MoveBody) -> DoneBody:
    """Move an open case to another open state."""
    with told():
        version = move_case(context, who, case_id, body.version, body.to, body.reason, until=body.until)
    return DoneBody(case_id=case_id, version=version)


@router.post("/{case_id}/closing", responses=_CHANGES)
def close(context: Asked, who: Worker, case_id: CaseNumber, body: CloseBody) -> ClosedBody:
    """Close a case; above the policy's level this proposes it to a second person."""
    told_why = body.explained
    explained = None if told_why is None else Explained(told_why.about, told_why.why, tuple(told_why.evidence))
    closing = Closing(body.outcome, body.typology, body.suspect_role, dict(body.differing) or None, explained)
    with told():
        return _closed(case_id, close_case(context, who, case_id, body.version, closing, body.reason))


@router.post("/{case_id}/closing/countersignature", responses=_CHANGES)
def sign(context: Asked, who: Second, case_id: CaseNumber, body: SignBody) -> ClosedBody:
    """Agree to a closing somebody else proposed."""
    with told():
        return _closed(case_id, countersign(context, who, case_id, body.version))


@router.post("/{case_id}/closing/refusal", responses=_CHANGES)
def refuse(context: Asked, who: Second, case_id: CaseNumber, body: ReasonedBody) -> ClosedBody:
    """Do not agree to a closing somebody else proposed: the case stays as it is."""
    with told():
        return _closed(case_id, refuse_closing(context, who, case_id, body.version, body.reason))


@router.post("/{case_id}/closing/withdrawal", responses=_CHANGES)
def withdraw(context: Asked, who: Worker, case_id: CaseNumber, body: ReasonedBody) -> ClosedBody:
    """Take back a closing you proposed."""
    with told():
        return _closed(case_id, withdraw_closing(context, who, case_id, body.version, body.reason))


def _closed(case_id: str, done: Closed) -> ClosedBody:
    return ClosedBody(case_id=case_id, version=done.version, state=done.state, waits=done.waits)


@router.post("/{case_id}/reopening", responses=_CHANGES)
def reopen(context: Asked, who: Second, case_id: CaseNumber, body: ReasonedBody) -> DoneBody:
    """Look at a closed case again."""
    with told():
        return DoneBody(case_id=case_id, version=reopen_case(context, who, case_id, body.version, body.reason))


@router.post("/{case_id}/assignment", responses=_CHANGES)
def assign(context: Asked, who: Worker, case_id: CaseNumber, body: AssignBody) -> DoneBody:
    """Take a case nobody has, give back your own, or give it to somebody."""
    with told():
        version = assign_case(context, who, case_id, body.version, body.account_id, body.reason)
    return DoneBody(case_id=case_id, version=version)


@router.post("/{case_id}/notes", status_code=201, responses=responses(401, 403, 404, 422))
def note(
    context: Asked,
    who: Worker,
    case_id: CaseNumber,
    body: NoteBody,
    idempotency_key: Annotated[str | None, Header(pattern=r"^[\x21-\x7e]{1,128}$")] = None,
) -> WrittenBody:
    """Write a note. With an Idempotency-Key it is written once, however often it is sent."""
    with told():
        return WrittenBody(note_id=write_note(context, who, case_id, body.text, idempotency_key))


@router.get("/{case_id}/notes", responses=responses(401, 403, 404, 422))
def notes(context: Asked, who: Reader, case_id: CaseNumber, after: After = 0, limit: Limit = 100) -> NotesBody:
    """Notes of a case."""
    with told():
        found = read_notes(context, who, case_id, after, limit)
    return NotesBody(
        notes=[NoteReadBody(note_id=one.note_id, at=one.at, who=one.who, text=one.text) for one in found],
        next=found[-1].note_id if len(found) == limit else None,
    )


@router.post("/{case_id}/links", responses=_CHANGES)
def link(context: Asked, who: Worker, case_id: CaseNumber, body: LinkWantedBody) -> LinkedBody:
    """Say how this case belongs to another you see."""
    with told():
        return LinkedBody(changed=link_cases(context, who, case_id, body.other_id, body.kind))


@router.post("/{case_id}/links/removal", responses=responses(401, 403, 404, 422))
def unlink(context: Asked, who: Worker, case_id: CaseNumber, body: LinkWantedBody) -> LinkedBody:
    """Take a link away."""
    with told():
        return LinkedBody(changed=unlink_cases(context, who, case_id, body.other_id, body.kind))


@router.post("/{case_id}/merging", responses=_CHANGES)
def merge(context: Asked, who: Assigner, case_id: CaseNumber, body: MergeBody) -> DoneBody:
    """Put this case's payments into another; the answer is the other's version."""
    with told():
        version = merge_cases(context, who, case_id, body.version, body.into, body.reason)
    return DoneBody(case_id=body.into, version=version)


@router.post("/{case_id}/splitting", responses=_CHANGES)
def split(context: Asked, who: Assigner, case_id: CaseNumber, body: SplitBody) -> DoneBody:
    """Take payments out into a case of their own; the answer is the new case."""
    with told():
        number = split_case(context, who, case_id, body.version, body.payments, body.reason)
    return DoneBody(case_id=number, version=2)
