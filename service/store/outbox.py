"""Events for other systems, kept in the transaction of what they tell of: none is lost, none tells of what was undone.

Two transactions may take numbers in one order and end in the other, so a reader that remembers a number could pass
over an event that was not yet kept. An event therefore gets its `position` only after it is kept, from one hand at a
time (`place`); readers go by position and miss nothing.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Row,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from service.store._columns import METADATA, Document, Moment, Number

OUTBOX_EVENTS = Table(
    "outbox_events",
    METADATA,
    Column("number", Number, primary_key=True),
    # What consumers recognise a duplicate by: the same over every attempt and every replay.
    Column("event_id", Text, nullable=False),
    Column("position", Number),
    Column("type", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("division_code", Text),
    Column("data", Document, nullable=False),
    Column("at", Moment, nullable=False),
    Index("uq_outbox_events_event_id", "event_id", unique=True),
    Index("uq_outbox_events_position", "position", unique=True),
    Index("ix_outbox_events_at", "at"),
    sqlite_autoincrement=True,
)

# Made once: many are added each second.
_ADD = insert(OUTBOX_EVENTS)
_UNPLACED = (
    select(OUTBOX_EVENTS.c.number)
    .where(OUTBOX_EVENTS.c.position.is_(None))
    .order_by(OUTBOX_EVENTS.c.number)
    .limit(bindparam("most"))
)
_MOVE = update(OUTBOX_EVENTS).where(OUTBOX_EVENTS.c.number == bindparam("of")).values(position=bindparam("to"))

TYPE = re.compile(r"org\.mingbai(\.[a-z][a-z0-9_]*){2,4}")
PERSONAL = frozenset(
    {"person_id", "relative_id", "proxy_id", "holder_person_id", "card_id", "phone", "name", "payee_name", "id_number"}
)
"""Keys of the contract that hold personal data: no event carries one, at any depth."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it was kept; `position` counts from 1 without end."""

    position: int
    event_id: str
    type: str
    subject: str
    division_code: str | None
    data: dict[str, Any]
    at: dt.datetime


def add(
    connection: Connection,
    type: str,
    subject: str,
    data: Mapping[str, Any],
    at: dt.datetime,
    *,
    division_code: str | None = None,
) -> str:
    """Add an event in the caller's transaction and return its id.

    `type` as `org.mingbai.run.scored`; `subject` the number of what it is about (`runs/R-1`), by which order is kept;
    `data` JSON without personal data, money as whole fen or text. `division_code` says who may see it (default: the
    `division_code` of `data`); an event without one goes only to subscriptions for everywhere. Raises ValueError for a
    type of another form and for a key that holds personal data: both are slips of the code, not of its input.
    """
    if not TYPE.fullmatch(type):
        raise ValueError(f"found the event type {type!r}, expected org.mingbai.<noun>.<what happened>")
    personal = sorted(PERSONAL & set(_keys(data)))
    if personal:
        raise ValueError(f"an event carries no personal data, found {', '.join(personal)}")
    event_id = f"evt_{uuid.uuid4().hex}"
    place = division_code if division_code is not None else data.get("division_code")
    row = {"event_id": event_id, "type": type, "subject": subject, "data": dict(data), "at": at, "division_code": place}
    connection.execute(_ADD, row)
    return event_id


def _keys(value: Any) -> Iterable[str]:
    """The keys of a JSON value at every depth."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _keys(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _keys(inner)


def place(connection: Connection, limit: int = 1000) -> int:
    """Give the next events their positions; how many. The caller is the only one who does (`alone`)."""
    waiting = list(connection.execute(_UNPLACED, {"most": limit}).scalars())
    if waiting:
        given = enumerate(waiting, start=last_position(connection) + 1)
        connection.execute(_MOVE, [{"of": number, "to": position} for position, number in given])
    return len(waiting)


def last_position(connection: Connection) -> int:
    """The position given last; 0 before the first."""
    return int(connection.execute(select(func.coalesce(func.max(OUTBOX_EVENTS.c.position), 0))).scalar_one())


def first_position(connection: Connection) -> int:
    """The position of the oldest event still kept; 0 where there is none."""
    return int(connection.execute(select(func.coalesce(func.min(OUTBOX_EVENTS.c.position), 0))).scalar_one())


def unplaced(connection: Connection) -> bool:
    """Whether an event waits for its position."""
    asked = select(OUTBOX_EVENTS.c.number).where(OUTBOX_EVENTS.c.position.is_(None)).limit(1)
    return connection.execute(asked).first() is not None


def count_unplaced(connection: Connection) -> int:
    """How many events wait for their position."""
    asked = select(func.count()).where(OUTBOX_EVENTS.c.position.is_(None))
    return int(connection.execute(asked).scalar_one())


def after(connection: Connection, position: int, limit: int, *conditions: ColumnElement[bool]) -> list[Event]:
    """Placed events behind a position, in order, as far as the conditions let them through."""
    asked = select(OUTBOX_EVENTS).where(OUTBOX_EVENTS.c.position > position, *conditions)
    found = connection.execute(asked.order_by(OUTBOX_EVENTS.c.position).limit(limit)).all()
    return [_event(row, int(row.position)) for row in found]


def one(connection: Connection, event_id: str) -> Event | None:
    """A placed event by its id."""
    asked = select(OUTBOX_EVENTS).where(OUTBOX_EVENTS.c.event_id == event_id, OUTBOX_EVENTS.c.position.is_not(None))
    row = connection.execute(asked).first()
    return None if row is None else _event(row, int(row.position))


def forget(connection: Connection, before: dt.datetime) -> int:
    """Drop placed events from before a moment, but the last one, whose position is counted on; returns how many."""
    last = select(func.max(OUTBOX_EVENTS.c.position)).scalar_subquery()
    gone = delete(OUTBOX_EVENTS).where(OUTBOX_EVENTS.c.at < before, OUTBOX_EVENTS.c.position < last)
    return int(connection.execute(gone).rowcount)


def _event(row: Row[Any], position: int) -> Event:
    return Event(position, row.event_id, row.type, row.subject, row.division_code, dict(row.data), row.at)
