"""What was said of a payment, from the first score to the one that stands."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from service.access import Principal
from service.api.asking import Asked, needs
from service.api.problem import not_found, responses
from service.api.scored import EXAMPLE, Off, Score
from service.work.scoring.read import scores_of

router = APIRouter(prefix="/v1/scores", tags=["scoring"])

Reader = Annotated[Principal, Depends(needs("runs.read"))]
Number = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[^\x00]*$", examples=["D00004283"])]


class ScoresOfPayment(BaseModel):
    """Scores of one payment, the newest first: that one stands. Older ones are never changed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "disbursement_id": "D00004283",
                    "waiting": False,
                    "scores": [EXAMPLE],
                    "not_applicable": {EXAMPLE["not_applicable"]: [{"code": "T30.x", "why": "not shared: ..."}]},
                }
            ]
        }
    )

    disbursement_id: str
    waiting: bool = Field(description="On record, and scored as soon as the history holds it.")
    scores: list[Score]
    not_applicable: dict[str, list[Off]]


@router.get(
    "/{disbursement_id}",
    response_model=ScoresOfPayment,
    responses={
        202: {"model": ScoresOfPayment, "description": "On record and not scored yet; Retry-After says when to look."},
        **responses(401, 403, 404, 422),
    },
)
def scores(disbursement_id: Number, who: Reader, context: Asked, request: Request) -> JSONResponse:
    """Every score of a payment, with reasons, model and the moment it was made as of."""
    found = scores_of(context, who, disbursement_id, request_id=str(request.scope.get("request_id", "")))
    if not found.scores and not found.waiting:
        raise not_found(("payment that was scored", "已评分的发放明细"))
    body = ScoresOfPayment.model_validate(
        {
            "disbursement_id": disbursement_id,
            "waiting": found.waiting,
            "scores": found.scores,
            "not_applicable": {name: json.loads(text) for name, text in found.texts.items()},
        }
    )
    headers = {"Cache-Control": "no-store", **({"Retry-After": "30"} if found.waiting else {})}
    return JSONResponse(body.model_dump(), 202 if found.waiting else 200, headers=headers)
