"""Change a subscription: its name, URL and types; pause it, resume it, remove it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import Connection, Row

from service.access import Principal
from service.access.scope import within
from service.store import webhooks
from service.work.access.refused import RefusedError
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.webhooks.approve import AWAITS, needs_approval
from service.work.webhooks.chosen import chosen
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
    waits for it is put with the dead letters; so is what other types no longer let through. With another URL or other
    types a subscription that tells of cases is paused until it is approved anew. Raises WrongUsageError as `subscribe`
    does, RefusedError (conflict) for resuming one that waits for approval.
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
        context.database.alone(connection, "webhooks")
        found = webhooks.find(connection, subscription_id, within(who, webhooks.SUB.c.division_code))
        if found is None:
            return False
        values |= _asked_anew(who, found, values)
        pending = values.get("asked_by", found.asked_by) is not None
        if state == "active" and pending:
            raise RefusedError("conflict", f"It {AWAITS}.", "该订阅须由有权查看问题线索的人员批准后方可启用。")
        if state is not None and not (state == "paused" and pending):
            values |= {"state": state, "state_reason": None, "failures": 0, "wait_until": None}
        if state == "removed":
            webhooks.end_secrets(connection, subscription_id, now)
            webhooks.end_waiting(connection, subscription_id, now, "the subscription was removed")
        if values:
            webhooks.change(connection, subscription_id, values)
        if types is not None:
            _end_others(connection, subscription_id, now)
        action = {"active": "resume", "paused": "pause", "removed": "remove", None: "change"}[state]
        told = {"changed": sorted(values.keys() & {"name", "url", "types"}), "needs_approval": pending}
        record(
            context,
            connection,
            Line(who.name, f"webhook.{action}", "webhook", str(subscription_id), details=told, request_id=request_id),
        )
    return True


def _asked_anew(who: Principal, found: Row[Any], values: dict[str, Any]) -> dict[str, Any]:
    """What another URL or other types set beside: it waits for approval, or no longer does. An approval holds for the
    URL and the types that were looked at, and no others."""
    url, types = values.get("url", found.url), values.get("types", found.types)
    if (url, list(types)) == (found.url, list(found.types)):
        return {}
    if needs_approval(types):
        return {"asked_by": who.account_id, "state": "paused", "state_reason": AWAITS}
    return {} if found.asked_by is None else {"asked_by": None, "state_reason": None}


def _end_others(connection: Connection, subscription_id: int, now: dt.datetime) -> None:
    """Give up what waits and is not among the types any more: nobody approves it for the URL it would go to."""
    changed = webhooks.find(connection, subscription_id, webhooks.ANY)
    if changed is not None:
        webhooks.end_waiting(
            connection, subscription_id, now, "the subscription has other types now", unless=chosen(changed)
        )


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
