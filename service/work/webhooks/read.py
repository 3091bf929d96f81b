"""Look at subscriptions, deliveries and events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, and_

from service.access import Permission, Principal
from service.access.scope import within
from service.store import outbox, webhooks
from service.store.outbox import OUTBOX_EVENTS, Event
from service.work.context import Context
from service.work.webhooks.chosen import of_types

AUDIENCE: Final[dict[str, Permission]] = {
    "org.mingbai.run.*": "runs.read",
    "org.mingbai.payment.*": "runs.read",
    "org.mingbai.disbursement.*": "runs.read",
    "org.mingbai.table.*": "facts.read_quarantine",
    "org.mingbai.case.*": "cases.read",
    "org.mingbai.queue.*": "cases.read",
    "org.mingbai.funds.*": "funds.read",
    "org.mingbai.complaint.*": "cases.read",
    "org.mingbai.model.*": "models.read",
}
"""Who may pull events of a noun; what is not listed is pulled by nobody."""


def subscriptions(context: Context, who: Principal, after: int, limit: int) -> Sequence[Row[Any]]:
    """Subscriptions in scope behind a number."""
    with context.database.read() as connection:
        return webhooks.page(connection, after, limit, within(who, webhooks.SUB.c.division_code))


def subscription(context: Context, who: Principal, subscription_id: int) -> Row[Any] | None:
    """One subscription in scope."""
    with context.database.read() as connection:
        return webhooks.find(connection, subscription_id, within(who, webhooks.SUB.c.division_code))


def deliveries(
    context: Context, who: Principal, subscription_id: int, after: int, limit: int, state: str | None
) -> Sequence[Row[Any]] | None:
    """Deliveries of a subscription in scope behind a number; None where there is no such subscription."""
    with context.database.read() as connection:
        if webhooks.find(connection, subscription_id, within(who, webhooks.SUB.c.division_code)) is None:
            return None
        return webhooks.deliveries(connection, subscription_id, after, limit, state)


def pull(context: Context, who: Principal, after: int, limit: int) -> tuple[list[Event], int]:
    """Events in scope behind a position, of the nouns whoever asks may read, and the oldest position still kept."""
    types = [pattern for pattern, permission in AUDIENCE.items() if who.may(permission)]
    with context.database.read() as connection:
        waiting = outbox.unplaced(connection)
    if waiting:
        with context.database.write() as connection:
            context.database.alone(connection, "outbox")
            outbox.place(connection)
    with context.database.read() as connection:
        seen = and_(of_types(types), within(who, OUTBOX_EVENTS.c.division_code))
        return outbox.after(connection, after, limit, seen), outbox.first_position(connection)
