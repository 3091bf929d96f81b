"""Who a request comes from.

Keys are remembered for a few seconds in the process, so that three hundred requests a second ask the database once in
a while. Memory holds the SHA-256 of a key, never the key. A key that is revoked, an account that is closed or loses a
role is noticed within `REMEMBERED`; a key's end and its networks are looked at each time. Sessions are not remembered.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakKeyDictionary

from service.access import Principal
from service.store import Database, api_keys
from service.work.access.api_keys import Found, find_key
from service.work.access.sessions import principal_of_session
from service.work.context import Context

REMEMBERED: Final = dt.timedelta(seconds=5)
"""For so long a key that was revoked may still be taken."""

USED_EVERY: Final = dt.timedelta(minutes=5)
"""How finely it is noted when a key was used."""

_MOST: Final = 4096


@dataclass(slots=True)
class _Memory:
    """Keys seen lately in this process, with when they were looked up."""

    keys: dict[str, tuple[dt.datetime, Found]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_MEMORIES: WeakKeyDictionary[Database, _Memory] = WeakKeyDictionary()
_MAKING = threading.Lock()


def authenticate(
    context: Context, *, authorization: str | None, session: str | None, address: str | None = None
) -> Principal | None:
    """The principal behind an API key (`Bearer mb_...`) or a session token; None when it is not good.

    Where both are sent the key counts, and a key that is not good is not made up for by a session. `address` is the
    caller's, for keys that may be used from some networks only.
    """
    if authorization is not None:
        found = known_key(context, authorization, address)
        return found if found is not None else _looked_up(context, authorization, address)
    return principal_of_session(context, session) if session else None


def known_key(context: Context, authorization: str, address: str | None = None) -> Principal | None:
    """The principal of a key that was looked up within `REMEMBERED`, without any waiting: fit for the event loop.

    None says only that `authenticate` has to look.
    """
    token = _token(authorization)
    memory = _memory(context)
    with memory.lock:
        kept = memory.keys.get(_hash(token)) if token else None
    now = context.clock.now()
    # Also not from the future: after the clock jumped back, what was remembered counts no longer.
    if kept is None or not kept[0] <= now < min(kept[0] + REMEMBERED, kept[1].expires_at):
        return None
    return kept[1].principal if kept[1].allows(address) else None


def forget_keys(context: Context) -> None:
    """Forget this process's keys, after one was revoked here."""
    memory = _memory(context)
    with memory.lock:
        memory.keys.clear()


def _looked_up(context: Context, authorization: str, address: str | None) -> Principal | None:
    token = _token(authorization)
    found = find_key(context, token) if token else None
    if found is None or not found.allows(address):
        return None
    now = context.clock.now()
    if found.used_at is None or now - found.used_at >= USED_EVERY:
        with context.database.write() as connection:
            api_keys.use(connection, found.key_id, now)
    memory = _memory(context)
    with memory.lock:
        if len(memory.keys) >= _MOST:
            memory.keys.clear()
        memory.keys[_hash(token)] = (now, found)
    return found.principal


def _token(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.casefold() == "bearer" else ""


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _memory(context: Context) -> _Memory:
    with _MAKING:
        return _MEMORIES.setdefault(context.database, _Memory())
