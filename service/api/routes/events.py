"""Events for those who would rather ask than be called."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from service.access import Principal
from service.api.asking import Asked, needs
from service.api.problem import responses
from service.work.webhooks.courier import source_of
from service.work.webhooks.envelope import as_json
from service.work.webhooks.read import pull

router = APIRouter(prefix="/v1/events", tags=["events"])

_EVENT = {
    "specversion": "1.0",
    "id": "evt_0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    "source": "/mingbai",
    "type": "org.mingbai.run.scored",
    "subject": "runs/R-1",
    "time": "2019-07-01T01:00:00Z",
    "datacontenttype": "application/json",
    "sequence": "00000000000000000012",
    "divisioncode": "519901000000",
    "data": {"run_id": "R-1", "rows": 1200, "verify": 14},
}


class Events(BaseModel):
    """A page of CloudEvents 1.0 (JSON event format), oldest first.

    `next` is the `after` of the following page, the one asked with where nothing is new; `oldest` is the position of
    the oldest event still kept: asked with less than that, a caller has missed what was let go of.
    """

    items: list[dict[str, Any]] = Field(examples=[[_EVENT]])
    next: int = Field(examples=[12])
    oldest: int = Field(examples=[1])


@router.get("", responses=responses(401, 403, 422))
def pulled(
    who: Annotated[Principal, Depends(needs("runs.read"))],
    context: Asked,
    after: Annotated[int, Query(ge=0, le=2**53, description="Position up to which you have them; 0: all.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Events:
    """Events within your divisions and of what your roles may read. Nothing is marked as read: keep `next` yourself."""
    found, oldest = pull(context, who, after, limit)
    source = source_of(context)
    items = [as_json(event, source) for event in found]
    return Events(items=items, next=found[-1].position if found else after, oldest=oldest)
