"""Changes of access that wait for a second administrator."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from service.api.asking import Asked
from service.api.problem import responses
from service.api.refusals import told
from service.api.routes.accounts import Administrator, After, GrantAnswer, Limit, account_answer
from service.work.access import second_person

router = APIRouter(prefix="/v1/access-requests", tags=["accounts"])

RequestId = Annotated[int, Path(ge=1, le=2**53, examples=[5])]


class RequestItem(BaseModel):
    """What was asked for whom, by whom and why. `state`: waiting, granted, refused or replaced by a later one."""

    request_id: int = Field(examples=[5])
    account_id: int = Field(examples=[3])
    roles: list[str] = Field(examples=[["administrator", "auditor"]])
    divisions: list[str] = Field(examples=[["5199"]])
    desks: list[str] = Field(examples=[[]])
    reason: str = Field(examples=["Stands in for the auditor in July"])
    asked_by: int = Field(examples=[3])
    asked_at: dt.datetime
    ends_at: dt.datetime
    state: str = Field(examples=["waiting"])
    decided_by: int | None = Field(examples=[None])
    decided_at: dt.datetime | None = Field(examples=[None])


class RequestsAnswer(BaseModel):
    """A page of requests; `next` is the `after` of the next page, none at the end."""

    items: list[RequestItem]
    next: int | None = Field(examples=[None])


@router.get("", responses=responses(401, 403, 422))
def get_requests(context: Asked, who: Administrator, after: After = 0, limit: Limit = 100) -> RequestsAnswer:
    """Requests about accounts in your scope, decided ones too, by number."""
    rows = second_person.list_requests(context, who, after=after, limit=limit)
    items = [RequestItem.model_validate(row) for row in rows]
    return RequestsAnswer(items=items, next=items[-1].request_id if len(items) == limit else None)


@router.post("/{request_id}/approve", responses=responses(401, 403, 404, 409, 422))
def post_approve(request_id: RequestId, context: Asked, who: Administrator) -> GrantAnswer:
    """Grant what was asked, as the second administrator: not who asked, nor who gets it, nor somebody whom the asker
    made or could have signed in as."""
    with told():
        done = second_person.approve(context, who, request_id)
    return GrantAnswer(account=account_answer(done.account), request_id=request_id)


@router.post("/{request_id}/refuse", status_code=204, responses=responses(401, 403, 404, 409, 422))
def post_refuse(request_id: RequestId, context: Asked, who: Administrator) -> None:
    """Refuse a request, or take one's own back."""
    with told():
        second_person.refuse(context, who, request_id)
