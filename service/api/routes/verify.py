"""Payments that are asked about before they are paid. An answer is a recommendation to whoever pays."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from service.access import Principal
from service.api.asking import Asked, needs
from service.api.problem import responses
from service.api.routes._runs_bodies import QuestionBody, QuestionsBody, question_body
from service.api.routes._runs_told import told
from service.api.texts import Lines
from service.store.verifications import Outcome
from service.work.runs.decide import REASON_LEAST, decide
from service.work.runs.questions import as_question, questions

router = APIRouter(prefix="/v1/verify", tags=["verify"])


class DecisionBody(BaseModel):
    """What was found: `release` - pay; `correct` - sent back to the department for correction, and the payment system
    decides what it does. The reason is kept sealed and logged."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"outcome": "release", "reason": "Seen alive on 3 July, the death record is a namesake's."}]
        },
    )

    outcome: Outcome
    reason: Annotated[Lines, Field(min_length=REASON_LEAST, max_length=2000)]


@router.get("", responses=responses(401, 403, 422))
def waiting(
    request: Request,
    context: Asked,
    who: Annotated[Principal, Depends(needs("verify.decide"))],
    after: Annotated[int, Query(ge=0, le=2**53, description="`next` of the page before; 0: from the start.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    state: Annotated[Literal["waiting", "released", "corrected", "all"], Query()] = "waiting",
) -> QuestionsBody:
    """Questions in your divisions, in the order they were asked. Each payment releases itself at its deadline."""
    number = str(request.scope.get("request_id", ""))
    found = questions(context, who, after, limit, None if state == "all" else state, request_id=number)
    return QuestionsBody(
        items=[question_body(one) for one in found], next=found[-1].row.verification if len(found) == limit else None
    )


@router.post("/{disbursement_id:path}/decision", responses=responses(401, 403, 404, 409, 422))
def decided(
    disbursement_id: Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[^\x00]*$")],
    decision: DecisionBody,
    request: Request,
    context: Asked,
    who: Annotated[Principal, Depends(needs("verify.decide"))],
) -> QuestionBody:
    """Decide. After the deadline, or after somebody else, it is 409: the payment was released, or decided already."""
    number = str(request.scope.get("request_id", ""))
    with told():
        row = decide(context, who, disbursement_id, decision.outcome, decision.reason, request_id=number)
    return question_body(as_question(context, row))
