"""Sign in with name and password, and a one-time code where the account has them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from service.access import Principal, passwords
from service.access.names import folded
from service.store import accounts, sessions
from service.store.accounts import Account
from service.work.access import attempts, one_time_codes
from service.work.access.refused import RefusedError, busy, wrong
from service.work.access.sessions import Method, csrf_token, hash_of, open_session, principal_of_account
from service.work.audit.record import Line, record
from service.work.context import Context

WHAT: Final = "sign-in"
TEMPORARY_HOURS: Final = 72
"""How long a temporary password can be signed in with."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody signed in. `token` goes into the cookie; `form_token` into forms."""

    principal: Principal
    token: str
    form_token: str
    ends_at: dt.datetime
    must_change: bool


def sign_in(
    context: Context,
    *,
    name: str,
    password: str,
    code: str | None = None,
    address: str | None = None,
    old_token: str | None = None,
    request_id: str | None = None,
) -> SignedIn:
    """Open a session for whoever gives a right name, password and (where codes are on) code. The session of
    `old_token`, which the same browser had before, ends. Raises RefusedError: "wrong-sign-in", "code-needed", "wait",
    "busy". Unknown names, closed accounts and accounts without a password answer like a wrong password, and as late.
    """
    known_as = folded(name)
    one = attempts.begin(context, WHAT, known_as, address)
    with context.database.read() as connection:
        account = accounts.by_name(connection, known_as)
    try:
        good = passwords.verified(password, account.password if account else None)
        # Outside the transaction: nobody waits for a hash.
        again = passwords.hashed(password) if good and account and _outdated(account) else None
    except passwords.BusyError:
        with context.database.write() as connection:
            attempts.forgive(context, connection, one, whole=False)
        raise busy() from None
    if account is None or not good or not account.open or _stale(context, account):
        raise wrong()
    if account.totp_on and not code:
        with context.database.write() as connection:
            attempts.forgive(context, connection, one, whole=False)
        raise RefusedError("code-needed", "Give the one-time code too.", "请同时提供一次性验证码。")
    with context.database.write() as connection:
        # The account may have changed while the hash was worked out: then the password just checked is not its own.
        current = accounts.by_number(connection, account.account_id)
        if current is None or not current.open or current.password != account.password:
            raise wrong()
        if current.totp_on and not one_time_codes.takes(context, connection, current, code or ""):
            raise wrong()
        attempts.forgive(context, connection, one, whole=True)
        if again is not None:
            accounts.change(connection, current.account_id, password=again)
        if old_token:
            sessions.end(connection, hash_of(old_token), context.clock.now(), "signed in again")
        opened = open_session(context, connection, method="password", account_id=current.account_id)
        details = {"method": "password", "code": current.totp_on}
        line = Line(
            current.name, "session.open", "account", str(current.account_id), details=details, request_id=request_id
        )
        record(context, connection, line)
    return signed_in(context, current, "password", opened.token, opened.ends_at)


def signed_in(context: Context, account: Account, method: Method, token: str, ends_at: dt.datetime) -> SignedIn:
    """What whoever just signed in is told."""
    who = principal_of_account(account, "oidc" if method == "oidc" else "session")
    return SignedIn(who, token, csrf_token(context, token), ends_at, account.must_change and method == "password")


def sign_out(context: Context, who: Principal, token: str) -> None:
    """End the session of a token. Ending one that has ended changes nothing."""
    with context.database.write() as connection:
        if sessions.end(connection, hash_of(token), context.clock.now(), "signed out"):
            record(context, connection, Line(who.name, "session.end", *_whose(who)))


def sign_out_everywhere(context: Context, who: Principal) -> int:
    """End every session of whoever asks, this one too; how many there were."""
    whose = {"person": who.person} if who.credential == "recipient" else {"account_id": who.account_id}
    with context.database.write() as connection:
        ended = sessions.end_all(connection, context.clock.now(), "signed out everywhere", **whose)
        details = {"sessions": ended}
        record(context, connection, Line(who.name, "session.end_all", *_whose(who), details=details))
    return ended


def change_password(context: Context, who: Principal, *, old: str, new: str, address: str | None = None) -> SignedIn:
    """Change one's own password: every session ends, and a new one begins. Raises RefusedError: the old one is wrong,
    the new one may not be chosen or is the old one."""
    flaw = passwords.flaw_of(new, who.name)
    if flaw is None and new == old:
        flaw = ("another than the one before", "不得与原密码相同")
    account = one_time_codes.proven(context, who, old, address)
    if flaw is not None:
        raise RefusedError(
            "not-as-expected",
            f"The new password: expected {flaw[0]}.",
            f"新密码：{flaw[1]}。",
            where="body.new_password",
        )
    try:
        kept = passwords.hashed(new)
    except passwords.BusyError:
        raise busy() from None
    now = context.clock.now()
    with context.database.write() as connection:
        current = accounts.by_number(connection, account.account_id)
        if current is None or not current.open or current.password != account.password:
            raise wrong()
        accounts.change(connection, account.account_id, password=kept, password_at=now, must_change=False)
        sessions.end_all(connection, now, "password changed", account_id=account.account_id)
        opened = open_session(context, connection, method="password", account_id=account.account_id)
        changed = accounts.by_number(connection, account.account_id) or current
        record(context, connection, Line(who.name, "account.change_password", "account", str(account.account_id)))
    return signed_in(context, changed, "password", opened.token, opened.ends_at)


def _whose(who: Principal) -> tuple[str, str]:
    """What a session belongs to, as the log says it: an account, or a recipient, who has none."""
    return ("recipient", who.name) if who.credential == "recipient" else ("account", str(who.account_id))


def _outdated(account: Account) -> bool:
    return account.password is not None and passwords.is_outdated(account.password)


def _stale(context: Context, account: Account) -> bool:
    """Whether the password is a temporary one that has lain about too long."""
    if not account.must_change or account.password_at is None:
        return False
    return context.clock.now() - account.password_at > dt.timedelta(hours=TEMPORARY_HOURS)
