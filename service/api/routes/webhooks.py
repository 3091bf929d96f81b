"""Subscriptions to events by webhook: made, changed, tried out, and sent to again."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Row

from service.access import Principal
from service.api.asking import Asked, needs
from service.api.problem import Problem, not_found, responses
from service.api.refusals import told
from service.work.errors import WrongUsageError
from service.work.webhooks import approve as approving
from service.work.webhooks import change as changing
from service.work.webhooks import read
from service.work.webhooks.replay import ping, replay
from service.work.webhooks.subscribe import OutsideScope, subscribe

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

Manager = Annotated[Principal, Depends(needs("webhooks.manage"))]
Approver = Annotated[Principal, Depends(needs("cases.read"))]
Number = Annotated[int, Path(ge=1, le=2**53, examples=[1])]
_WHAT = ("subscription", "订阅")
_EXAMPLE: dict[str, Any] = {
    "name": "County finance platform",
    "url": "https://finance.example/hooks/mingbai",
    "types": ["org.mingbai.run.*"],
    "division_code": "519901000000",
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewSubscription(_Strict):
    """What a subscription is made of."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: str = Field(min_length=1, max_length=200, description="Who receives it.")
    url: str = Field(min_length=1, max_length=2000, description="https, or http inside networks the deployment names.")
    types: list[str] = Field(min_length=1, max_length=50, description="`*`, whole types, or `org.mingbai.run.*`.")
    division_code: str | None = Field(None, max_length=64, description="Its events and all below; null: everywhere.")


class ChangedSubscription(_Strict):
    """What is to change; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "paused"}]})

    name: str | None = Field(None, min_length=1, max_length=200)
    url: str | None = Field(None, min_length=1, max_length=2000)
    types: list[str] | None = Field(None, min_length=1, max_length=50)
    state: Literal["active", "paused"] | None = None


class Subscription(BaseModel):
    """A subscription as it stands. `failures` counts attempts in a row that brought nothing over."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "subscription_id": 1,
                    **_EXAMPLE,
                    "state": "active",
                    "state_reason": None,
                    "made_by": "administrator-1",
                    "made_at": "2019-07-01T01:00:00Z",
                    "failures": 0,
                    "wait_until": None,
                    "needs_approval": False,
                }
            ]
        }
    )

    subscription_id: int
    name: str
    url: str
    types: list[str]
    division_code: str | None
    state: Literal["active", "paused"]
    state_reason: str | None
    made_by: str
    made_at: dt.datetime
    failures: int
    wait_until: dt.datetime | None
    needs_approval: bool = Field(
        description="Its types tell of cases: paused until somebody who may see cases approves it."
    )


class MadeSubscription(Subscription):
    """A subscription just made, with its secret, which is not told again."""

    secret: str = Field(examples=["whsec_dGhpcyBpcyBhbiBleGFtcGxlLCBub3QgYSBzZWNyZXQ="])


class Subscriptions(BaseModel):
    """A page of subscriptions; `after` of the next page, null at the end."""

    items: list[Subscription]
    next: int | None = Field(examples=[None])


class Approval(_Strict):
    """What was looked at, so that nothing else is approved."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"url": _EXAMPLE["url"], "types": ["org.mingbai.case.*"]}]}
    )

    url: str = Field(min_length=1, max_length=2000)
    types: list[str] = Field(min_length=1, max_length=50)


class Rotation(_Strict):
    """How long the old secrets go on signing beside the new one."""

    overlap_hours: float = Field(24.0, ge=0, le=24 * 30, examples=[24])


class Secret(BaseModel):
    """A new secret, which is not told again."""

    secret: str = Field(examples=["whsec_dGhpcyBpcyBhbiBleGFtcGxlLCBub3QgYSBzZWNyZXQ="])


class Replay(_Strict):
    """What is to be sent again: one event, a stretch of time, or all dead letters."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"since": "2019-07-01T00:00:00Z", "until": "2019-07-02T00:00:00Z"}]}
    )

    event_id: str | None = Field(None, max_length=64)
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    dead: bool = False

    @model_validator(mode="after")
    def _one_of_them(self) -> Replay:
        ways = [self.event_id is not None, self.since is not None or self.until is not None, self.dead]
        if sum(ways) != 1:
            raise ValueError("expected one of event_id, since/until, dead")
        if any(one is not None and one.tzinfo is None for one in (self.since, self.until)):
            raise ValueError("expected moments with an offset")
        return self


class Planned(BaseModel):
    """How many events are on their way again."""

    planned: int = Field(examples=[12])


class Pinged(BaseModel):
    """The test event that is on its way; see the deliveries for what came of it."""

    event_id: str = Field(examples=["evt_0a1b2c3d4e5f60718293a4b5c6d7e8f9"])


class Delivery(BaseModel):
    """One event on its way to one subscription."""

    delivery_id: int = Field(examples=[7])
    event_id: str = Field(examples=["evt_0a1b2c3d4e5f60718293a4b5c6d7e8f9"])
    position: int = Field(examples=[12])
    subject: str = Field(examples=["runs/R-1"])
    round: int = Field(examples=[0], description="0 the first time, one more for each replay.")
    state: Literal["waiting", "delivered", "dead"]
    attempts: int = Field(examples=[1])
    due_at: dt.datetime
    ended_at: dt.datetime | None
    status: int | None = Field(examples=[200])
    reason: str | None = Field(examples=[""])


class Deliveries(BaseModel):
    """A page of deliveries."""

    items: list[Delivery]
    next: int | None = Field(examples=[None])


def _told(row: Row[Any]) -> dict[str, Any]:
    kept = {name: getattr(row, name) for name in Subscription.model_fields if name != "needs_approval"}
    return {**kept, "needs_approval": row.asked_by is not None}


def _wrong(error: WrongUsageError) -> Problem:
    if isinstance(error, OutsideScope):
        return Problem(403, "outside-scope", "Not allowed", (str(error), error.chinese))
    return Problem(422, "not-as-expected", "The request does not hold what is expected", (str(error), error.chinese))


def _request_id(request: Request) -> str:
    return str(request.scope.get("request_id", ""))


@router.post("", status_code=201, responses=responses(401, 403, 422))
def make(body: NewSubscription, who: Manager, context: Asked, request: Request) -> MadeSubscription:
    """Subscribe. The answer holds the secret events are signed with; it is not told again. What tells of cases begins
    when somebody who may see cases approves it."""
    try:
        number, secret = subscribe(context, who, **body.model_dump(), request_id=_request_id(request))
    except WrongUsageError as error:
        raise _wrong(error) from error
    return MadeSubscription(**_told(_found(read.subscription(context, who, number))), secret=secret)


@router.get("", responses=responses(401, 403, 422))
def listed(
    who: Manager,
    context: Asked,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Subscriptions:
    """Subscriptions within your divisions."""
    rows = read.subscriptions(context, who, after, limit)
    more = rows[-1].subscription_id if len(rows) == limit else None
    return Subscriptions(items=[Subscription(**_told(row)) for row in rows], next=more)


@router.get("/approvals", responses=responses(401, 403, 422))
def awaiting(
    who: Approver,
    context: Asked,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Subscriptions:
    """Subscriptions within your divisions that tell of cases and wait for your word."""
    rows = approving.waiting(context, who, after, limit)
    more = rows[-1].subscription_id if len(rows) == limit else None
    return Subscriptions(items=[Subscription(**_told(row)) for row in rows], next=more)


@router.get("/{subscription_id}", responses=responses(401, 403, 404, 422))
def shown(subscription_id: Number, who: Manager, context: Asked) -> Subscription:
    """One subscription."""
    return Subscription(**_told(_found(read.subscription(context, who, subscription_id))))


@router.post("/{subscription_id}/approve", responses=responses(401, 403, 404, 409, 422))
def approved(subscription_id: Number, body: Approval, who: Approver, context: Asked, request: Request) -> Subscription:
    """Let a subscription that tells of cases begin: as somebody who may see them, and did not ask for it."""
    with told():
        row = approving.approve(context, who, subscription_id, **body.model_dump(), request_id=_request_id(request))
    return Subscription(**_told(row))


@router.patch("/{subscription_id}", responses=responses(401, 403, 404, 409, 422))
def changed(
    subscription_id: Number, body: ChangedSubscription, who: Manager, context: Asked, request: Request
) -> Subscription:
    """Change, pause or resume. What happens while it is paused waits, and is sent in order afterwards. With another URL
    or other types one that tells of cases waits for approval anew."""
    try:
        with told():
            done = changing.change(context, who, subscription_id, **body.model_dump(), request_id=_request_id(request))
    except WrongUsageError as error:
        raise _wrong(error) from error
    if not done:
        raise not_found(_WHAT)
    return Subscription(**_told(_found(read.subscription(context, who, subscription_id))))


@router.delete("/{subscription_id}", status_code=204, responses=responses(401, 403, 404, 422))
def removed(subscription_id: Number, who: Manager, context: Asked, request: Request) -> None:
    """Remove: nothing more is sent, and its secrets end."""
    if not changing.change(context, who, subscription_id, state="removed", request_id=_request_id(request)):
        raise not_found(_WHAT)


@router.post("/{subscription_id}/secrets", status_code=201, responses=responses(401, 403, 404, 422))
def rotated(subscription_id: Number, body: Rotation, who: Manager, context: Asked, request: Request) -> Secret:
    """Change the secret. Until the overlap is over every event carries a signature of each."""
    overlap = dt.timedelta(hours=body.overlap_hours)
    secret = changing.rotate(context, who, subscription_id, overlap, request_id=_request_id(request))
    if secret is None:
        raise not_found(_WHAT)
    return Secret(secret=secret)


@router.post("/{subscription_id}/pings", status_code=202, responses=responses(401, 403, 404, 422))
def pinged(subscription_id: Number, who: Manager, context: Asked, request: Request) -> Pinged:
    """Send a test event, to this subscription alone."""
    event_id = ping(context, who, subscription_id, request_id=_request_id(request))
    if event_id is None:
        raise not_found(_WHAT)
    return Pinged(event_id=event_id)


@router.post("/{subscription_id}/replays", status_code=202, responses=responses(401, 403, 404, 422))
def replayed(subscription_id: Number, body: Replay, who: Manager, context: Asked, request: Request) -> Planned:
    """Send again, under the ids the events have, so that the consumer recognises what it already has."""
    planned = replay(context, who, subscription_id, **body.model_dump(), request_id=_request_id(request))
    if planned is None:
        raise not_found(_WHAT)
    return Planned(planned=planned)


@router.get("/{subscription_id}/deliveries", responses=responses(401, 403, 404, 422))
def delivered(
    subscription_id: Number,
    who: Manager,
    context: Asked,
    state: Literal["waiting", "delivered", "dead"] | None = None,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Deliveries:
    """What came of each event: `dead` are the letters that were given up, each with the reason."""
    rows = read.deliveries(context, who, subscription_id, after, limit, state)
    if rows is None:
        raise not_found(_WHAT)
    items = [Delivery(**{name: getattr(row, name) for name in Delivery.model_fields}) for row in rows]
    return Deliveries(items=items, next=items[-1].delivery_id if len(items) == limit else None)


def _found(row: Row[Any] | None) -> Row[Any]:
    if row is None:
        raise not_found(_WHAT)
    return row
