"""Sessions: opened after somebody proved who they are, looked up at every request, ended by time or by hand.

A token is 256 random bits; the database has its SHA-256 only. A session ends `session_hours` after it was opened,
earlier when nothing was asked for `session_idle_minutes`, and at once when it is ended. Roles, divisions and desks of
staff are read from the account each time, so nothing old is ever acted on.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import Connection, Row

from service.access import Principal, Role
from service.store import accounts, sessions
from service.store.accounts import Account
from service.work.context import Context

SEEN_EVERY = dt.timedelta(minutes=1)
"""How finely it is noted that a session was used: not one write a request."""

Method = Literal["password", "oidc", "recipient"]


@dataclass(frozen=True, slots=True)
class Opened:
    """A session just opened. `token` goes into the cookie and nowhere else."""

    token: str
    ends_at: dt.datetime


def open_session(
    context: Context,
    connection: Connection,
    *,
    method: Method,
    account_id: int | None = None,
    person: str | None = None,
    name: str | None = None,
    divisions: tuple[str, ...] = (),
    hours: float | None = None,
) -> Opened:
    """Open a session in the caller's transaction, after the caller has proved who it is and before its log line.

    Staff: `account_id`, and no more. A recipient (`method="recipient"`): `person`, the keyed hash of the identity
    number (`context.seal.hash("person", number)`), `name` as the log is to call them (no personal data), and their
    `divisions` where known; no account. `hours` until it ends, at most `settings.session_hours`.
    Raises ValueError for anything else.
    """
    recipient = method == "recipient"
    if recipient != (account_id is None) or recipient != (person is not None and name is not None):
        raise ValueError("expected an account, or a recipient's keyed hash and name, and not both")
    longest = context.settings.session_hours
    now = context.clock.now()
    ends_at = now + dt.timedelta(hours=min(longest, hours) if hours is not None else longest)
    token = secrets.token_urlsafe(32)
    sessions.add(
        connection,
        token_hash=hash_of(token),
        method=method,
        account_id=account_id,
        person=person,
        name=name,
        divisions=list(divisions),
        opened_at=now,
        seen_at=now,
        ends_at=ends_at,
    )
    return Opened(token, ends_at)


def principal_of_session(context: Context, token: str) -> Principal | None:
    """Who holds a session token; None when it is unknown, ended, run out, idle too long, or the account is closed."""
    now = context.clock.now()
    with context.database.read() as connection:
        row = sessions.by_hash(connection, hash_of(token))
        if row is None or not holds(context, row, now):
            return None
        if row.account_id is None:
            found = _recipient(row)
        else:
            account = accounts.by_number(connection, int(row.account_id))
            if account is None or not account.open:
                return None
            found = principal_of_account(account, "oidc" if row.method == "oidc" else "session")
    if now - row.seen_at >= SEEN_EVERY:
        with context.database.write() as connection:
            sessions.see(connection, int(row.session_id), now)
    return found


def holds(context: Context, row: Row[Any], now: dt.datetime) -> bool:
    """Whether a session still stands at `now`."""
    idle = dt.timedelta(minutes=context.settings.session_idle_minutes)
    return row.ended_at is None and now < row.ends_at and now - row.seen_at < idle


def principal_of_account(account: Account, credential: Literal["session", "oidc", "command"]) -> Principal:
    """An account as a principal. With a password that must be changed first it may do nothing else."""
    return Principal(
        account.account_id,
        account.name,
        frozenset(cast(tuple[Role, ...], account.roles)),
        account.divisions,
        credential,
        desks=account.desks,
        person=account.person,
        official_id=account.official_id,
        limited_to=frozenset() if account.must_change and credential == "session" else None,
    )


def csrf_token(context: Context, token: str) -> str:
    """What a form of a session carries, so that a form on another page can't be sent in its name."""
    return context.seal.hash("session", f"form:{hash_of(token)}")


def hash_of(token: str) -> str:
    """What is kept of a token. 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _recipient(row: Row[Any]) -> Principal:
    return Principal(
        0, str(row.name), frozenset({"recipient"}), tuple(row.divisions), "recipient", person=str(row.person)
    )
