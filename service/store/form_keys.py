"""Forms that were sent: each form of a page carries a key, and what it asks for is done once."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Column, Connection, Table, Text, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.store._columns import METADATA, Moment

FORM_KEYS = Table(
    "form_keys",
    METADATA,
    # SHA-256 of the key and of whose form it was.
    Column("key_hash", Text, primary_key=True),
    # Where whoever sent it was led; NULL while it is being done.
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


def location_of(connection: Connection, key_hash: str) -> str | None:
    """Where a form led that was sent before; None while it is being done."""
    found: str | None = connection.execute(
        select(FORM_KEYS.c.location).where(FORM_KEYS.c.key_hash == key_hash)
    ).scalar_one_or_none()
    return found
