"""Send events again: one, a stretch of time, or all dead letters; and a ping to try a subscription out."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement

from service.access import Principal
from service.access.scope import within
from service.store import outbox, webhooks
from service.store.outbox import OUTBOX_EVENTS
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.webhooks.chosen import PING, chosen, subject_of

MOST = 100_000
"""Events one replay plans at most; the answer says how many, and a further replay goes on from there."""


def replay(
    context: Context,
    who: Principal,
    subscription_id: int,
    *,
    event_id: str | None = None,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    dead: bool = False,
    request_id: str | None = None,
) -> int | None:
    """Plan events again for a subscription, in order, under the ids they have; returns how many.

    One event (`event_id`), those that happened in [`since`, `until`), or with `dead` those that were given up; only
    what the subscription's types and division let through. None where there is no such subscription in scope.
    """
    now = context.clock.now()
    with context.database.write() as connection:
        subscription = webhooks.find(connection, subscription_id, within(who, webhooks.SUB.c.division_code))
        if subscription is None:
            return None
        conditions: list[ColumnElement[bool]] = [chosen(subscription)]
        if event_id is not None:
            conditions.append(OUTBOX_EVENTS.c.event_id == event_id)
        if since is not None:
            conditions.append(OUTBOX_EVENTS.c.at >= since)
        if until is not None:
            conditions.append(OUTBOX_EVENTS.c.at < until)
        if dead:
            conditions.append(OUTBOX_EVENTS.c.event_id.in_(webhooks.given_up(subscription_id)))
        # What has no row yet is on its way anyway.
        conditions.append(OUTBOX_EVENTS.c.position <= subscription.position)
        found = outbox.after(connection, 0, MOST, *conditions)
        planned = webhooks.plan(
            connection, subscription_id, ((one.event_id, one.position, one.subject) for one in found), now
        )
        line = Line(
            who.name,
            "webhook.replay",
            "webhook",
            str(subscription_id),
            details={"events": planned},
            request_id=request_id,
        )
        record(context, connection, line)
    return planned


def ping(context: Context, who: Principal, subscription_id: int, *, request_id: str | None = None) -> str | None:
    """Send a test event to one subscription; returns its id, None where there is no such subscription in scope."""
    with context.database.write() as connection:
        if webhooks.find(connection, subscription_id, within(who, webhooks.SUB.c.division_code)) is None:
            return None
        data = {"subscription_id": subscription_id, "by": who.name}
        event_id = outbox.add(connection, PING, subject_of(subscription_id), data, context.clock.now())
        record(
            context,
            connection,
            Line(who.name, "webhook.ping", "webhook", str(subscription_id), request_id=request_id),
        )
    return event_id
