"""Where somebody is signed in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from service.access import Principal
from service.store import sessions
from service.work.access.sessions import hash_of
from service.work.context import Context


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A session that holds; `this_one` is the one that asks."""

    session_id: int
    method: str
    opened_at: dt.datetime
    seen_at: dt.datetime
    ends_at: dt.datetime
    this_one: bool


def list_sessions(context: Context, who: Principal, token: str) -> list[OwnSession]:
    """The sessions of one's own account, newest first."""
    now = context.clock.now()
    idle_since = now - dt.timedelta(minutes=context.settings.session_idle_minutes)
    with context.database.read() as connection:
        rows = sessions.of_account(connection, who.account_id, now, idle_since)
    own = hash_of(token)
    return [
        OwnSession(int(row.session_id), str(row.method), row.opened_at, row.seen_at, row.ends_at, row.token_hash == own)
        for row in rows
    ]
