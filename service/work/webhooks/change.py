"""Change a subscription: its name, URL and types; pause it, resume it, remove it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal

from service.access import Principal
from service.access.scope import within
from service.store import webhooks
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.webhooks.envelope import new_secret
from service.work.webhooks.subscribe import check_types, check_url, sealed


def change(
    context: Context,
    who: Principal,
    subscription_id: int,
    *,
    name: str | None = None,
    url: str | None = None,
    types: Sequence[str] | None = None,
    state: Literal["active", "paused", "removed"] | None = None,
    request_id: str | None = None,
) -> bool:
    """Change what is given; False where there is no such subscription in scope.

    While it is paused events wait in the outbox; resuming sends them in order. Removing ends its secrets, and what
    waits for it is put with the dead letters. Raises WrongUsageError as `subscribe` does.
    """
    values: dict[str, Any] = {}
    if name is not None:
        values["name"] = name
    if url is not None:
        check_url(context, url)
        values["url"] = url
    if types is not None:
        check_types(types)
        values["types"] = sorted(set(types))
    now = context.clock.now()
    with context.database.write() as connection:
        if webhooks.find(connection, subscription_id, within(who, webhooks.SUB.c.division_code)) is None:
            return False
        if state is not None:
            values |= {"state": state, "state_reason": None, "failures": 0, "wait_until": None}
        if state == "removed":
            webhooks.end_secrets(connection, subscription_id, now)
            webhooks.end_waiting(connection, subscription_id, now, "the subscription was removed")
        if values:
            webhooks.change(connection, subscription_id, values)
        action = {"active": "resume", "paused": "pause", "removed": "remove", None: "change"}[state]
        told = {"changed": sorted(values.keys() & {"name", "url", "types"})}
        record(
            context,
            connection,
            Line(who.name, f"webhook.{action}", "webhook", str(subscription_id), details=told, request_id=request_id),
        )
    return True


def rotate(
    context: Context, who: Principal, subscription_id: int, overlap: dt.timedelta, *, request_id: str | None = None
) -> str | None:
    """Make a new secret and return it this once; None where there is no such subscription in scope.

    Until `overlap` is over every event is signed with the old secrets too.
    """
    now = context.clock.now()
    secret = new_secret()
    with context.database.write() as connection:
        if webhooks.find(connection, subscription_id, within(who, webhooks.SUB.c.division_code)) is None:
            return None
        webhooks.end_secrets(connection, subscription_id, now + overlap)
        webhooks.add_secret(connection, subscription_id, sealed(context, secret), now)
        line = Line(
            who.name,
            "webhook.rotate",
            "webhook",
            str(subscription_id),
            details={"overlap_s": int(overlap.total_seconds())},
            request_id=request_id,
        )
        record(context, connection, line)
    return secret
