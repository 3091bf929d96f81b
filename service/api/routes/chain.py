"""Where a payment is on its way."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict

from service.access import Principal
from service.api.asking import Asked, needs
from service.api.moments import At, aware
from service.api.money import Yuan, yuan
from service.api.problem import not_found, responses
from service.work.chain.follow import Step, follow

router = APIRouter(prefix="/v1/payments", tags=["chain"])


class StepBody(BaseModel):
    """One step of the way."""

    stage: str
    en: str
    zh: str
    at: dt.datetime
    result: str | None
    amount: Yuan | None


class WayBody(BaseModel):
    """The way of a payment: each step, where it stands, since when, and whose move it is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "disbursement_id": "D00004283",
                    "run_id": "R00179",
                    "program_id": "P02",
                    "period": "2018-09",
                    "division_code": "519921100204",
                    "amount": "546.00",
                    "card_last_four": "0017",
                    "stands": {
                        "stage": "returned",
                        "en": "returned by the bank",
                        "zh": "银行已退回",
                        "at": "2018-09-11T06:00:00Z",
                        "result": None,
                        "amount": None,
                    },
                    "waits_for": "finance bureau",
                    "days_there": 293,
                    "asks": "review",
                    "deadline": None,
                    "again": [],
                    "steps": [],
                }
            ]
        }
    )

    disbursement_id: str
    run_id: str | None
    program_id: str
    period: str
    division_code: str
    amount: Yuan
    card_last_four: str
    stands: StepBody
    waits_for: str
    days_there: int
    asks: str | None
    deadline: dt.datetime | None
    again: list[str]
    steps: list[StepBody]


@router.get("/{disbursement_id}/chain", responses=responses(401, 403, 404, 422))
def chain_of_payment(
    disbursement_id: Annotated[str, Path(max_length=64, examples=["D00004283"])],
    context: Asked,
    who: Annotated[Principal, Depends(needs("funds.read"))],
    at: At = None,
) -> WayBody:
    """The stage a payment is in and since when."""
    found = follow(context, who, disbursement_id, aware(at))
    if found is None:
        raise not_found(("payment", "发放明细"))
    return WayBody(
        disbursement_id=found.disbursement_id,
        run_id=found.run_id,
        program_id=found.program_id,
        period=found.period,
        division_code=found.division_code,
        amount=yuan(found.amount_fen),
        card_last_four=found.card_last_four,
        stands=_step(found.stands),
        waits_for=found.stands.stage.waits_for,
        days_there=found.days_there,
        asks=found.asks,
        deadline=found.deadline,
        again=list(found.again),
        steps=[_step(step) for step in found.steps],
    )


def _step(step: Step) -> StepBody:
    amount = None if step.amount_fen is None else yuan(step.amount_fen)
    return StepBody(
        stage=step.stage.code, en=step.stage.en, zh=step.stage.zh, at=step.at, result=step.result, amount=amount
    )
