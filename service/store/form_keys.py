"""Forms that were sent: each form of a page carries a key, and what it asks for is done once."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Column, Connection, Table, Text, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.store._columns import METADATA, Moment

FORM_KEYS = Table(
    "form_keys",
    METADATA,
    # SHA-256 of the key and of whose form it was.
    Column("key_hash", Text, primary_key=True),
    # Where whoever sent it was led, and sealed what the answer set beside; NULL while it is being done.
    Column("location", Text),
    Column("sent_at", Moment, nullable=False),
)


def take(connection: Connection, key_hash: str, at: dt.datetime) -> bool:
    """Take a key; False where it was taken before."""
    try:
        with connection.begin_nested():
            connection.execute(insert(FORM_KEYS).values(key_hash=key_hash, sent_at=at))
    except IntegrityError:
        return False
    return True


def done(connection: Connection, key_hash: str, location: str) -> None:
    """Note where the form led."""
    connection.execute(update(FORM_KEYS).where(FORM_KEYS.c.key_hash == key_hash).values(location=location))


def give_back(connection: Connection, key_hash: str) -> None:
    """Let a key be used again: nothing was done."""
    connection.execute(delete(FORM_KEYS).where(FORM_KEYS.c.key_hash == key_hash))


def found(connection: Connection, key_hash: str) -> Any:
    """`location` (None while it is being done) and `sent_at` of a form that was sent; None where it was not, or may be
    sent again."""
    asked = select(FORM_KEYS.c.location, FORM_KEYS.c.sent_at).where(FORM_KEYS.c.key_hash == key_hash)
    return connection.execute(asked).first()
