"""Look at subscriptions, deliveries and events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, literal, or_, select

from service.access import Permission, Principal
from service.access.scope import within
from service.store import outbox, webhooks
from service.store.cases import CASES
from service.store.outbox import OUTBOX_EVENTS, Event
from service.work.context import Context
from service.work.queue.sight import seen_by
from service.work.scoring.shown import no_score_near
from service.work.webhooks.chosen import of_types

AUDIENCE: Final[dict[str, Permission]] = {
    "org.mingbai.run.*": "runs.read",
    "org.mingbai.payment.*": "runs.read",
    "org.mingbai.case.*": "cases.read",
    "org.mingbai.report.*": "cases.work",
    "org.mingbai.matching.*": "matching.read",
    "org.mingbai.log.*": "audit.read",
    "org.mingbai.lookup.*": "audit.read",
    "org.mingbai.unmasking.*": "audit.read",
}
"""Who may pull events of a noun; what is not listed is pulled by nobody."""
_CASES: Final = "cases/"
_PAYMENTS: Final = "payments/"


def subscriptions(context: Context, who: Principal, after: int, limit: int) -> Sequence[Row[Any]]:
    """Subscriptions in scope behind a number."""
    with context.database.read() as connection:
        return webhooks.page(connection, after, limit, within(who, webhooks.SUB.c.division_code))


@dataclass(frozen=True, slots=True)
class Standing:
    """A subscription (the row) and how many of its deliveries wait and were given up."""

    row: Row[Any]
    waiting: int
    dead: int


def standing(context: Context, who: Principal, after: int, limit: int) -> list[Standing]:
    """Subscriptions in scope behind a number, with what waits for each."""
    with context.database.read() as connection:
        rows = webhooks.page(connection, after, limit, within(who, webhooks.SUB.c.division_code))
        found = webhooks.standing(connection, [int(row.subscription_id) for row in rows])
    return [
        Standing(
            row, found.get((int(row.subscription_id), "waiting"), 0), found.get((int(row.subscription_id), "dead"), 0)
        )
        for row in rows
    ]


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
    """Events in scope behind a position, of the nouns whoever asks may read, and the oldest position still kept.

    Of cases only those whoever asks sees: at their desks, and none they are tied to; of payments none they are tied to.
    """
    types = [pattern for pattern, permission in AUDIENCE.items() if who.may(permission)]
    with context.database.read() as connection:
        waiting = outbox.unplaced(connection)
    if waiting:
        with context.database.write() as connection:
            context.database.alone(connection, "outbox")
            outbox.place(connection)
    with context.database.read() as connection:
        hidden = (_no_hidden_case(connection, who), _no_payment_of_own(connection, who))
        seen = and_(of_types(types), within(who, OUTBOX_EVENTS.c.division_code), *hidden)
        return outbox.after(connection, after, limit, seen), outbox.first_position(connection)


def _no_hidden_case(connection: Connection, who: Principal) -> ColumnElement[bool]:
    """The condition that an event is about no case, or about one that whoever asks sees."""
    number = func.substr(OUTBOX_EVENTS.c.subject, len(_CASES) + 1)
    seen = exists(select(literal(1)).where(CASES.c.case_id == number, *seen_by(connection, who)))
    return or_(~OUTBOX_EVENTS.c.subject.startswith(_CASES), seen)


def _no_payment_of_own(connection: Connection, who: Principal) -> ColumnElement[bool]:
    """The condition that an event is about no payment, or about one that whoever asks is not tied to."""
    number = func.substr(OUTBOX_EVENTS.c.subject, len(_PAYMENTS) + 1)
    return or_(~OUTBOX_EVENTS.c.subject.startswith(_PAYMENTS), no_score_near(connection, who, number))
