"""Subscriptions to events, the secrets they are signed with, and one row for each event that is to reach one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    Select,
    Table,
    Text,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)

from service.store._columns import METADATA, Document, Moment, Number, Sealed

WEBHOOK_SUBSCRIPTIONS = Table(
    "webhook_subscriptions",
    METADATA,
    Column("subscription_id", Number, primary_key=True),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    # Types of events, `org.mingbai.run.*` for all of a noun, `*` for every one.
    Column("types", Document, nullable=False),
    # The division whose events it gets, with everything below; NULL is everywhere.
    Column("division_code", Text),
    Column("state", Text, nullable=False),  # active, paused, removed
    Column("state_reason", Text),
    Column("made_by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    # The account whose wish a second person has yet to approve; nothing is sent before. NULL where nothing waits.
    Column("asked_by", Number),
    # Events up to this position have their delivery rows.
    Column("position", Number, nullable=False),
    # After failures in a row nothing at all is sent until `wait_until`: the consumer is down, not one event odd.
    Column("failures", Integer, nullable=False, default=0),
    Column("wait_until", Moment),
    # The worker that sends for this subscription now, so that two never send the same event at once.
    Column("sender", Text),
    Column("held_until", Moment),
)

WEBHOOK_SECRETS = Table(
    "webhook_secrets",
    METADATA,
    Column("secret_id", Number, primary_key=True),
    Column("subscription_id", ForeignKey(WEBHOOK_SUBSCRIPTIONS.c.subscription_id), nullable=False),
    Column("sealed", Sealed, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Index("ix_webhook_secrets_subscription_id", "subscription_id"),
)

WEBHOOK_DELIVERIES = Table(
    "webhook_deliveries",
    METADATA,
    Column("delivery_id", Number, primary_key=True),
    Column("subscription_id", ForeignKey(WEBHOOK_SUBSCRIPTIONS.c.subscription_id), nullable=False),
    Column("event_id", Text, nullable=False),
    Column("position", Number, nullable=False),
    Column("subject", Text, nullable=False),
    # 0 the first time, one more for each replay of the event.
    Column("round", Integer, nullable=False),
    Column("state", Text, nullable=False),  # waiting, delivered, dead
    Column("attempts", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("first_tried_at", Moment),
    Column("ended_at", Moment),
    Column("status", Integer),
    Column("reason", Text),
    Index("uq_webhook_deliveries_subscription_id_event_id_round", "subscription_id", "event_id", "round", unique=True),
    Index("ix_webhook_deliveries_subscription_id_state_due_at", "subscription_id", "state", "due_at"),
    Index("ix_webhook_deliveries_subscription_id_subject_state", "subscription_id", "subject", "state"),
    Index("ix_webhook_deliveries_ended_at", "ended_at"),
    sqlite_autoincrement=True,
)

ANY = true()
"""Every subscription: for the courier, which asks in nobody's name."""

SUB, SECRET, DELIVERY = WEBHOOK_SUBSCRIPTIONS, WEBHOOK_SECRETS, WEBHOOK_DELIVERIES


def subscribe(connection: Connection, values: dict[str, Any]) -> int:
    """Add a subscription (columns by name) and return its number."""
    made = connection.execute(insert(SUB).values(**values, failures=0).returning(SUB.c.subscription_id))
    return int(made.scalar_one())


def find(connection: Connection, subscription_id: int, within: ColumnElement[bool]) -> Row[Any] | None:
    """A subscription that was not removed and lies within a scope."""
    asked = select(SUB).where(SUB.c.subscription_id == subscription_id, SUB.c.state != "removed", within)
    return connection.execute(asked).first()


def page(connection: Connection, after: int, limit: int, within: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Subscriptions behind a number, those removed left out."""
    asked = select(SUB).where(SUB.c.subscription_id > after, SUB.c.state != "removed", within)
    return connection.execute(asked.order_by(SUB.c.subscription_id).limit(limit)).all()


def change(connection: Connection, subscription_id: int, values: dict[str, Any]) -> None:
    """Set columns of a subscription."""
    connection.execute(update(SUB).where(SUB.c.subscription_id == subscription_id).values(**values))


def active(connection: Connection) -> Sequence[Row[Any]]:
    """Every subscription that is to be served."""
    return connection.execute(select(SUB).where(SUB.c.state == "active").order_by(SUB.c.subscription_id)).all()


def add_secret(connection: Connection, subscription_id: int, sealed: bytes, at: dt.datetime) -> None:
    """Add a secret, which signs from now on."""
    connection.execute(insert(SECRET).values(subscription_id=subscription_id, sealed=sealed, made_at=at))


def end_secrets(connection: Connection, subscription_id: int, at: dt.datetime) -> None:
    """Let the secrets there are end at a moment, those that end sooner left alone."""
    later = or_(SECRET.c.expires_at.is_(None), SECRET.c.expires_at > at)
    connection.execute(update(SECRET).where(SECRET.c.subscription_id == subscription_id, later).values(expires_at=at))


def secrets(connection: Connection, subscription_id: int, now: dt.datetime) -> list[bytes]:
    """Sealed secrets that count now, newest first."""
    counts = or_(SECRET.c.expires_at.is_(None), SECRET.c.expires_at > now)
    asked = select(SECRET.c.sealed).where(SECRET.c.subscription_id == subscription_id, counts)
    return [bytes(row.sealed) for row in connection.execute(asked.order_by(SECRET.c.secret_id.desc()))]


def hold(
    connection: Connection,
    subscription_id: int,
    sender: str,
    now: dt.datetime,
    until: dt.datetime,
    longest_wait: dt.timedelta,
) -> bool:
    """Be the one that sends for a subscription until a moment; False when another does or it is to wait.

    No hold is longer than this one and no wait longer than `longest_wait`: one that ends much later was written by a
    clock that ran ahead, and would keep a consumer waiting for as long as it was ahead.
    """
    over = or_(SUB.c.held_until <= now, SUB.c.held_until > now + 2 * (until - now))
    free = or_(SUB.c.held_until.is_(None), over, SUB.c.sender == sender)
    ready = or_(SUB.c.wait_until.is_(None), SUB.c.wait_until <= now, SUB.c.wait_until > now + longest_wait)
    done = connection.execute(
        update(SUB)
        .where(SUB.c.subscription_id == subscription_id, SUB.c.state == "active", SUB.c.asked_by.is_(None), free, ready)
        .values(sender=sender, held_until=until)
    )
    return done.rowcount == 1


def let_go(connection: Connection, subscription_id: int, sender: str) -> None:
    """Stop being the one that sends."""
    connection.execute(
        update(SUB)
        .where(SUB.c.subscription_id == subscription_id, SUB.c.sender == sender)
        .values(sender=None, held_until=None)
    )


def plan(
    connection: Connection, subscription_id: int, events: Iterable[tuple[str, int, str]], due_at: dt.datetime
) -> int:
    """Add delivery rows for events (id, position, subject), a further round where there is one; returns how many."""
    rows = list(events)
    ids = [event_id for event_id, _, _ in rows]
    rounds: dict[str, int] = {}
    for start in range(0, len(ids), 500):
        asked = (
            select(DELIVERY.c.event_id, func.max(DELIVERY.c.round).label("last"))
            .where(DELIVERY.c.subscription_id == subscription_id, DELIVERY.c.event_id.in_(ids[start : start + 500]))
            .group_by(DELIVERY.c.event_id)
        )
        rounds.update({str(row.event_id): int(row.last) + 1 for row in connection.execute(asked)})
    values = [
        {
            "subscription_id": subscription_id,
            "event_id": event_id,
            "position": position,
            "subject": subject,
            "round": rounds.get(event_id, 0),
            "state": "waiting",
            "attempts": 0,
            "due_at": due_at,
        }
        for event_id, position, subject in rows
    ]
    if values:
        connection.execute(insert(DELIVERY), values)
    return len(values)


def waiting(connection: Connection, subscription_id: int) -> int:
    """How many deliveries of a subscription wait."""
    asked = select(func.count()).where(DELIVERY.c.subscription_id == subscription_id, DELIVERY.c.state == "waiting")
    return int(connection.execute(asked).scalar_one())


def standing(connection: Connection, subscriptions: Sequence[int]) -> dict[tuple[int, str], int]:
    """How many deliveries of some subscriptions wait or were given up, by subscription and state."""
    open_or_dead = (DELIVERY.c.subscription_id.in_(list(subscriptions)), DELIVERY.c.state.in_(("waiting", "dead")))
    asked = select(DELIVERY.c.subscription_id, DELIVERY.c.state, func.count()).where(*open_or_dead)
    found = connection.execute(asked.group_by(DELIVERY.c.subscription_id, DELIVERY.c.state))
    return {(int(number), str(state)): int(count) for number, state, count in found}


def due(
    connection: Connection, subscription_id: int, now: dt.datetime, limit: int, longest_wait: dt.timedelta
) -> Sequence[Row[Any]]:
    """Deliveries to be sent now: of each subject only the first that waits, so that its order is kept. One that is due
    later than `longest_wait` from now was planned by a clock that ran ahead."""
    earlier = DELIVERY.alias()
    blocked = exists(
        select(literal(1)).where(
            earlier.c.subscription_id == subscription_id,
            earlier.c.subject == DELIVERY.c.subject,
            earlier.c.state == "waiting",
            earlier.c.delivery_id < DELIVERY.c.delivery_id,
        )
    )
    asked = select(DELIVERY).where(
        DELIVERY.c.subscription_id == subscription_id,
        DELIVERY.c.state == "waiting",
        or_(DELIVERY.c.due_at <= now, DELIVERY.c.due_at > now + longest_wait),
        ~blocked,
    )
    return connection.execute(asked.order_by(DELIVERY.c.delivery_id).limit(limit)).all()


def record(connection: Connection, delivery_id: int, values: dict[str, Any]) -> None:
    """Set what came of a delivery that still waits."""
    still = and_(DELIVERY.c.delivery_id == delivery_id, DELIVERY.c.state == "waiting")
    connection.execute(update(DELIVERY).where(still).values(**values))


def end_waiting(
    connection: Connection,
    subscription_id: int,
    now: dt.datetime,
    reason: str,
    *,
    unless: ColumnElement[bool] | None = None,
) -> None:
    """Give up what waits for a subscription: all of it, or what a condition on outbox events does not let through."""
    from service.store.outbox import OUTBOX_EVENTS

    waits = and_(DELIVERY.c.subscription_id == subscription_id, DELIVERY.c.state == "waiting")
    if unless is not None:
        waits = and_(waits, DELIVERY.c.event_id.not_in(select(OUTBOX_EVENTS.c.event_id).where(unless)))
    connection.execute(update(DELIVERY).where(waits).values(state="dead", ended_at=now, reason=reason))


def given_up(subscription_id: int) -> Select[tuple[str]]:
    """The events (a query of ids) whose last round ended among the dead letters."""
    later = DELIVERY.alias()
    again = exists(
        select(literal(1)).where(
            later.c.subscription_id == subscription_id,
            later.c.event_id == DELIVERY.c.event_id,
            later.c.round > DELIVERY.c.round,
        )
    )
    return select(DELIVERY.c.event_id).where(
        DELIVERY.c.subscription_id == subscription_id, DELIVERY.c.state == "dead", ~again
    )


def holds(connection: Connection, condition: ColumnElement[bool]) -> bool:
    """Whether a condition over no table is true: a scope, for a division that is given."""
    return connection.execute(select(literal(1)).where(condition)).first() is not None


def deliveries(
    connection: Connection, subscription_id: int, after: int, limit: int, state: str | None
) -> Sequence[Row[Any]]:
    """Deliveries of a subscription behind a number, of one state where it is given."""
    asked = select(DELIVERY).where(DELIVERY.c.subscription_id == subscription_id, DELIVERY.c.delivery_id > after)
    if state is not None:
        asked = asked.where(DELIVERY.c.state == state)
    return connection.execute(asked.order_by(DELIVERY.c.delivery_id).limit(limit)).all()


def counts(connection: Connection) -> dict[str, int]:
    """How many deliveries are in each state, over all subscriptions."""
    asked = select(DELIVERY.c.state, func.count().label("n")).group_by(DELIVERY.c.state)
    return {str(row.state): int(row.n) for row in connection.execute(asked)}


def oldest_waiting(connection: Connection) -> dt.datetime | None:
    """When the event of the delivery that waits longest happened, over active subscriptions; None where none waits."""
    from service.store.outbox import OUTBOX_EVENTS

    asked = (
        select(OUTBOX_EVENTS.c.at)
        .join(DELIVERY, DELIVERY.c.event_id == OUTBOX_EVENTS.c.event_id)
        .join(SUB, SUB.c.subscription_id == DELIVERY.c.subscription_id)
        .where(DELIVERY.c.state == "waiting", SUB.c.state == "active")
        .order_by(DELIVERY.c.delivery_id)
        .limit(1)
    )
    found: dt.datetime | None = connection.execute(asked).scalar_one_or_none()
    return found


def forget(connection: Connection, before: dt.datetime) -> int:
    """Drop deliveries that ended before a moment; returns how many."""
    return int(connection.execute(delete(DELIVERY).where(DELIVERY.c.ended_at < before)).rowcount)
