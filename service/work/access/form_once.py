"""A form does what it asks for once, however often it is sent: double click, reload, the back button."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

from service.store import form_keys
from service.work.context import Context

LENGTH: Final = 22
"""Characters of a key: 128 random bits."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A key as it was taken. `first`: nobody sent this form before. `location`: where it led then, None if not known."""

    key_hash: str
    first: bool
    location: str | None = None


def new_key() -> str:
    """A key for a form that is about to be shown."""
    return secrets.token_urlsafe(16)


def take(context: Context, whose: str, key: str) -> Taken:
    """Take the key of a form somebody sent. `whose`: a session's form token, so that nobody uses another's keys."""
    key_hash = hashlib.sha256(f"{whose}:{key}".encode("utf-8", "replace")).hexdigest()
    with context.database.write() as connection:
        if form_keys.take(connection, key_hash, context.clock.now()):
            return Taken(key_hash, True)
        return Taken(key_hash, False, form_keys.location_of(connection, key_hash))


def done(context: Context, taken: Taken, location: str) -> None:
    """Note where the form led, for whoever sends it again."""
    with context.database.write() as connection:
        form_keys.done(connection, taken.key_hash, location)


def give_back(context: Context, taken: Taken) -> None:
    """Nothing was done: the form may be sent again."""
    with context.database.write() as connection:
        form_keys.give_back(connection, taken.key_hash)
