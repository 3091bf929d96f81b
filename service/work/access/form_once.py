"""A form does what it asks for once, however often it is sent: double click, reload, the back button.

A second tap calls the first answer off in the browser, with the cookies it would have set: whoever signs in so would be
signed in and not know it. For a minute a form that is sent again gets what the first answer set, kept sealed.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from service.sealing import SealError
from service.store import form_keys
from service.work.context import Context

AGAIN: Final = dt.timedelta(minutes=1)
"""So long after it was sent a form gives what its answer set once more."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A key as it was taken.

    * `first`: nobody sent this form before
    * `location`: where it led then; None while it is being done (`doing`), and where it may be sent again
    * `cookies`: what its answer set, as headers; empty when that is more than `AGAIN` ago
    """

    key_hash: str
    first: bool
    location: str | None = None
    cookies: tuple[str, ...] = ()
    doing: bool = False


def new_key() -> str:
    """A key for a form that is about to be shown."""
    return secrets.token_urlsafe(16)


def take(context: Context, whose: str, key: str) -> Taken:
    """Take the key of a form somebody sent. `whose`: a session's form token, so that nobody uses another's keys."""
    key_hash = hashlib.sha256(f"{whose}:{key}".encode("utf-8", "replace")).hexdigest()
    with context.database.write() as connection:
        if form_keys.take(connection, key_hash, context.clock.now()):
            return Taken(key_hash, True)
    return look_again(context, key_hash)


def look_again(context: Context, key_hash: str) -> Taken:
    """How a form that was sent before stands now."""
    with context.database.read() as connection:
        row = form_keys.found(connection, key_hash)
    if row is None:
        return Taken(key_hash, False)
    location, _, kept = (row.location or "").partition("\n")
    fresh = context.clock.now() - row.sent_at <= AGAIN
    cookies = _opened(context, key_hash, kept) if kept and fresh else ()
    return Taken(key_hash, False, location or None, cookies, doing=row.location is None)


def done(context: Context, taken: Taken, location: str, cookies: Sequence[str] = ()) -> None:
    """Note where the form led and what its answer set (`Set-Cookie` headers), for whoever sends it again."""
    kept = ""
    if cookies:
        sealed = context.seal.seal(json.dumps(list(cookies)).encode(), _about(taken.key_hash))
        kept = "\n" + base64.b64encode(sealed).decode()
    with context.database.write() as connection:
        form_keys.done(connection, taken.key_hash, location + kept)


def give_back(context: Context, taken: Taken) -> None:
    """Nothing was done: the form may be sent again."""
    with context.database.write() as connection:
        form_keys.give_back(connection, taken.key_hash)


def _opened(context: Context, key_hash: str, kept: str) -> tuple[str, ...]:
    try:
        found = json.loads(context.seal.open(base64.b64decode(kept), _about(key_hash)))
    except (SealError, binascii.Error, ValueError):
        return ()
    return tuple(str(one) for one in found)


def _about(key_hash: str) -> bytes:
    return b"form_keys.location:" + key_hash.encode()
