"""The queues of the three desks."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, cast

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from service.access import Principal
from service.api.asking import Asked, needs
from service.api.money import Yuan, yuan
from service.api.problem import responses
from service.api.routes._queue_bodies import After, CasesBody, Cursor, Limit, Word, page_body
from service.api.routes._queue_told import told
from service.work.queue.assign_case import assign_waiting
from service.work.queue.count_queues import count_queues
from service.work.queue.find_cases import Filter, find_cases
from service.work.queue.refresh_queue import ask_for_refresh
from service.work.queue.remember import list_quietened
from service.work.queue.states import Desk, OpenState

router = APIRouter(prefix="/v1/queues", tags=["queues"])


class QueueBody(BaseModel):
    """Open cases of a desk by state, with the loss expected of them all; new ones nobody has; those whose deadline has
    passed; how many were taken up in seven days, of how many it can."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "desk": "discipline",
                    "states": {
                        "new": 41,
                        "with_department": 6,
                        "talk_by_letter": 3,
                        "preliminary_check": 12,
                        "held": 2,
                    },
                    "expected_loss": "381200.00",
                    "unassigned": 41,
                    "overdue": 3,
                    "week_capacity": 40,
                    "taken_up": 17,
                }
            ]
        }
    )

    desk: Desk
    states: dict[str, int]
    expected_loss: Yuan
    unassigned: int
    overdue: int
    week_capacity: int
    taken_up: int


class QueuesBody(BaseModel):
    """The desks whose cases you see, counted `at`: now, or lately where counting takes long."""

    queues: list[QueueBody]
    at: dt.datetime


class GivenBody(BaseModel):
    """A case that was given to somebody."""

    case_id: str
    account_id: int


class GivenCasesBody(BaseModel):
    """Cases that were given to somebody, in the order of the queue."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"given": [{"case_id": "C7K3M9QZ4TB", "account_id": 12}]}]}
    )

    given: list[GivenBody]


class PlannedBody(BaseModel):
    """When the queue is refreshed."""

    at: dt.datetime


class QuietBody(BaseModel):
    """A pattern that is not opened because it was explained (`memory_id`, in the case `case_id`)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "quietened_id": 4,
                    "memory_id": 2,
                    "case_id": "C7K3M9QZ4TB",
                    "hub_kind": "card",
                    "hub": "····1232",
                    "typology": "T22",
                    "amount": "1200.00",
                    "payments": 3,
                    "division_code": "519901001000",
                    "first_at": "2019-08-01T18:00:00Z",
                    "last_at": "2019-09-01T18:00:00Z",
                }
            ]
        }
    )

    quietened_id: int
    memory_id: int
    case_id: str
    hub_kind: str
    hub: str
    typology: str
    amount: Yuan
    payments: int
    division_code: str | None
    first_at: dt.datetime
    last_at: dt.datetime


class QuietsBody(BaseModel):
    """Patterns that are quiet; `next` goes into `after`, null at the end."""

    quietened: list[QuietBody]
    next: int | None


Order = Literal["rank", "due", "amount", "newest"]
Reader = Annotated[Principal, Depends(needs("cases.read"))]
Assigner = Annotated[Principal, Depends(needs("cases.assign"))]


@router.get("", responses=responses(401, 403))
def queues(context: Asked, who: Reader) -> QueuesBody:
    """How much waits at each desk."""
    counted = count_queues(context, who)
    return QueuesBody(
        queues=[
            QueueBody(
                desk=cast(Desk, q.desk), states=q.states, expected_loss=yuan(q.loss_fen), unassigned=q.unassigned,
                overdue=q.overdue, week_capacity=q.week_capacity, taken_up=q.taken_up,
            )
            for q in counted.desks
        ],
        at=counted.at,
    )  # fmt: skip


@router.post("/refresh", status_code=202, responses=responses(401, 403))
def refresh(context: Asked, who: Assigner) -> PlannedBody:
    """Have the queue refreshed now; it is every night anyway."""
    return PlannedBody(at=ask_for_refresh(context, who))


@router.post("/assign", responses=responses(401, 403))
def assign(context: Asked, who: Assigner) -> GivenCasesBody:
    """Give new cases nobody has to those with room, the most urgent first, each to whoever has least."""
    with told():
        given = assign_waiting(context, who)
    return GivenCasesBody(given=[GivenBody(case_id=one.case_id, account_id=one.account_id) for one in given])


@router.get("/{desk}", responses=responses(401, 403, 422))
def queue(
    context: Asked,
    who: Reader,
    desk: Desk,
    state: Annotated[OpenState | None, Query()] = None,
    typology: Annotated[Word | None, Query()] = None,
    division: Annotated[Word | None, Query(description="this division and below")] = None,
    assignee_id: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    unassigned: bool = False,
    escalated: Annotated[bool, Query(description="only cases whose deadline has passed")] = False,
    sort: Annotated[Order, Query(description="`next` belongs to the order it was given in")] = "rank",
    after: Cursor = None,
    limit: Limit = 100,
) -> CasesBody:
    """Open cases of a desk in order: the loss expected if nobody looks, with the places kept for learning; or by
    deadline, the first first; by amount, the largest first; the newest first."""
    wanted = Filter(
        desk=desk, state=state, typology=typology, division=division, assignee_id=assignee_id,
        unassigned=unassigned, escalated=escalated,
    )  # fmt: skip
    with told():
        return page_body(find_cases(context, who, wanted, after, limit, sort))


@router.get("/{desk}/quietened", responses=responses(401, 403, 404, 422))
def quietened(context: Asked, who: Reader, desk: Desk, after: After = 0, limit: Limit = 100) -> QuietsBody:
    """Patterns that are not opened because they were explained, and by which memory."""
    with told():
        found, last = list_quietened(context, who, desk, after, limit)
    return QuietsBody(
        quietened=[
            QuietBody(
                quietened_id=row["quietened_id"], memory_id=row["memory_id"], case_id=row["case_id"],
                hub_kind=row["hub_kind"], hub=row["hub_shown"], typology=row["typology"],
                amount=yuan(row["amount_fen"]), payments=row["member_count"], division_code=row["division_code"],
                first_at=row["first_at"], last_at=row["last_at"],
            )
            for row in found
        ],
        next=last,
    )  # fmt: skip
