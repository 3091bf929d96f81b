"""What was explained and is remembered."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict

from service.access import Principal
from service.api.asking import Asked, needs
from service.api.problem import responses
from service.api.routes._queue_bodies import Reason
from service.api.routes._queue_told import told
from service.work.queue.remember import end_memory

router = APIRouter(prefix="/v1/counter-evidence", tags=["queues"])


class EndBody(BaseModel):
    """Why it is not to be remembered any longer."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "授权书已过期"}]})

    reason: Reason


@router.post("/{memory_id}/end", status_code=204, responses=responses(401, 403, 404, 422))
def end(
    context: Asked,
    who: Annotated[Principal, Depends(needs("cases.assign"))],
    memory_id: Annotated[int, Path(ge=1, le=2**53)],
    body: EndBody,
) -> None:
    """Remember an explanation no longer: the pattern is opened again at the next refresh."""
    with told():
        end_memory(context, who, memory_id, body.reason)
