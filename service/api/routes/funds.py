"""Money on its way, by item, period and place."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from service.access import Principal
from service.api.asking import Asked, needs
from service.api.moments import At, aware
from service.api.money import Yuan, yuan
from service.api.problem import responses
from service.work.funds.sums import By, Sum, sums

router = APIRouter(prefix="/v1/funds", tags=["funds"])


class SumBody(BaseModel):
    """Sums of one group. `standing` is money of runs beyond their item's limit that has not arrived; the department
    is the subject, never the people it is meant for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "program_id": "P02",
                    "program": "Old-age allowance",
                    "department": "civil affairs",
                    "period": None,
                    "division_code": None,
                    "payments": 1280,
                    "released": "698880.00",
                    "paid": "690000.00",
                    "credited": "689454.00",
                    "returned": "8880.00",
                    "repaid": "0.00",
                    "waiting": 16,
                    "waiting_money": "8880.00",
                    "median_days_to_pay": 4,
                    "p90_days_to_pay": 9,
                    "runs": 12,
                    "runs_over_limit": 1,
                    "worst_days_over_limit": 41,
                    "standing": "8880.00",
                    "standing_yuan_days": "364080.00",
                }
            ]
        }
    )

    program_id: str | None
    program: str | None
    department: str | None
    period: str | None
    division_code: str | None
    payments: int
    released: Yuan
    paid: Yuan
    credited: Yuan
    returned: Yuan
    repaid: Yuan
    waiting: int
    waiting_money: Yuan
    median_days_to_pay: int | None
    p90_days_to_pay: int | None
    runs: int
    runs_over_limit: int
    worst_days_over_limit: int
    standing: Yuan
    standing_yuan_days: Yuan


class SumsBody(BaseModel):
    """Sums, those with most money standing still the longest first."""

    sums: list[SumBody]


@router.get("", responses=responses(401, 403, 422))
def money_on_its_way(
    context: Asked,
    who: Annotated[Principal, Depends(needs("funds.read"))],
    by: Annotated[By, Query(description="what to group by")] = "program",
    program_id: Annotated[str | None, Query(max_length=64)] = None,
    period: Annotated[str | None, Query(max_length=16)] = None,
    division_code: Annotated[str | None, Query(max_length=64, description="this division and below")] = None,
    at: At = None,
) -> SumsBody:
    """Received, paid, credited, returned, paid again, days on the way, and money that stands still."""
    moment = aware(at)
    found = sums(context, who, by=by, program_id=program_id, period=period, division_code=division_code, at=moment)
    return SumsBody(sums=[sum_body(one) for one in found])


def sum_body(one: Sum) -> SumBody:
    """Sums as an answer holds them."""
    return SumBody(
        program_id=one.program_id,
        program=one.program,
        department=one.department,
        period=one.period,
        division_code=one.division_code,
        payments=one.payments,
        released=yuan(one.released_fen),
        paid=yuan(one.paid_fen),
        credited=yuan(one.credited_fen),
        returned=yuan(one.returned_fen),
        repaid=yuan(one.repaid_fen),
        waiting=one.waiting,
        waiting_money=yuan(one.waiting_fen),
        median_days_to_pay=one.median_days_to_pay,
        p90_days_to_pay=one.p90_days_to_pay,
        runs=one.runs,
        runs_over_limit=one.runs_over_limit,
        worst_days_over_limit=one.worst_days_over_limit,
        standing=yuan(one.standing_fen),
        standing_yuan_days=yuan(one.standing_fen_days),
    )
