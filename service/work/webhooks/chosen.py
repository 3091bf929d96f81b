"""Which events a subscription gets: by type, by division, and pings only its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, false, or_, true

from service.access import EVERYWHERE, Principal
from service.access.scope import within
from service.store.outbox import OUTBOX_EVENTS

PING = "org.mingbai.webhook.pinged"
PATTERN = re.compile(r"\*|org\.mingbai(\.[a-z][a-z0-9_]*){1,4}(\.\*)?")
"""`*`, a whole type, or a type's beginning and `.*`."""


def subject_of(subscription_id: int) -> str:
    """The subject of events about a subscription."""
    return f"webhooks/{subscription_id}"


def of_types(types: Sequence[str]) -> ColumnElement[bool]:
    """The condition that an event's type is one of the patterns."""
    if "*" in types:
        return true()
    column = OUTBOX_EVENTS.c.type
    parts = [column.startswith(one[:-1], autoescape=True) if one.endswith(".*") else column == one for one in types]
    return or_(*parts) if parts else false()


def chosen(subscription: Row[Any]) -> ColumnElement[bool]:
    """The condition on outbox events of a subscription; scope is that of everybody else (`access.scope`)."""
    division = subscription.division_code
    system = Principal(
        0, "webhooks", frozenset(), (EVERYWHERE,) if division is None else (division,), credential="command"
    )
    own = and_(OUTBOX_EVENTS.c.type == PING, OUTBOX_EVENTS.c.subject == subject_of(subscription.subscription_id))
    others = and_(
        OUTBOX_EVENTS.c.type != PING,
        of_types(subscription.types),
        within(system, OUTBOX_EVENTS.c.division_code),
    )
    return or_(own, others)
