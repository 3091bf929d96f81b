"""Accounts as an administrator keeps them: made, given roles and divisions, closed, given a new first password."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Connection

from service.access import Principal, passwords
from service.access.names import folded, is_sound
from service.access.permissions import sees_cases
from service.store import accounts, sessions
from service.store.accounts import Account
from service.work.access import attempts
from service.work.access.grants import (
    Access,
    access_of,
    ask_second,
    by_two,
    check,
    check_not_last,
    check_places,
    of_number,
    told,
    visible_to,
)
from service.work.access.refused import RefusedError, busy
from service.work.access.sign_in import WHAT
from service.work.audit.record import Line, record
from service.work.context import Context


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be made. With `password` it gets a temporary one; without, it signs in by OpenID Connect (linked
    by `email`, or by `issuer` and `subject`) or is a system that has API keys. `id_number` is the holder's own, so
    that kin can be told: only its keyed hash is kept, as of `email`."""

    name: str
    access: Access
    password: bool = True
    official_id: str | None = None
    id_number: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    issuer: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A new account; its temporary password, shown once, where it has one; and the request a second administrator
    decides, where its roles wait for one."""

    account: Account
    password: str | None
    request_id: int | None = None


def list_accounts(
    context: Context,
    who: Principal,
    *,
    after: int,
    limit: int,
    name: str = "",
    role: str = "",
    is_open: bool | None = None,
) -> list[Account]:
    """Accounts in the scope of `who`, by number: those whose name holds `name`, that have `role`, that are open or
    closed, where these are given."""
    chosen = visible_to(who) & accounts.chosen(folded(name), role, is_open)
    with context.database.read() as connection:
        return accounts.page(connection, chosen, after, limit)


def get_account(context: Context, who: Principal, account_id: int) -> Account:
    """One account. Raises RefusedError "not-there"."""
    with context.database.read() as connection:
        return of_number(connection, who, account_id)


def make_account(context: Context, who: Principal, new: NewAccount) -> Made:
    """Make an account. With `MINGBAI_GRANTS_BY_TWO` one that would show cases begins without roles, and they wait for
    a second administrator. Raises RefusedError."""
    name = folded(new.name)
    if not is_sound(name):
        raise RefusedError(
            "not-as-expected",
            "A name has 2 to 64 letters, digits or .@-_, begins with a letter or digit, and holds no long number.",
            "账户名为 2 至 64 个字母、数字或 .@-_，以字母或数字开头，不含长数字。",
            where="body.name",
        )
    check(new.access)
    if "administrator" in new.access.roles and sees_cases(new.access.roles):
        raise RefusedError(
            "not-allowed",
            "Nobody begins as administrator and case reader in one: make one of them, then ask for the other.",
            "不得直接新建同时具有管理员权限又可查看核查件的账户：请先建其一，再申请其二。",
        )
    password = passwords.temporary() if new.password else None
    now = context.clock.now()
    values: dict[str, Any] = {
        "name": name,
        "password": _hashed(password) if password else None,
        "password_at": now if password else None,
        "must_change": bool(password),
        "official_id": new.official_id,
        "person": context.seal.hash("person", new.id_number.upper()) if new.id_number else None,
        "email_hash": email_hash(context, new.email) if new.email else None,
        "issuer": new.issuer,
        "subject": new.subject,
        "totp_on": False,
        "open": True,
        "made_by": who.name,
        "made_at": now,
    }
    with context.database.write() as connection:
        context.database.alone(connection, "accounts")
        check_places(connection, who, new.access.divisions)
        if accounts.is_taken(connection, name, values["email_hash"], new.issuer, new.subject):
            raise RefusedError(
                "conflict",
                "There is an account of that name, e-mail address or subject.",
                "账户名、电子邮箱或外部标识已被使用。",
            )
        waits = who.credential != "command" and by_two(context, new.access)
        given = Access((), new.access.divisions) if waits else new.access
        number = accounts.add(connection, values, given.roles, given.divisions, given.desks)
        lines = [Line(who.name, "account.make", "account", str(number), details={"name": name, **told(given)})]
        request = None
        if waits:
            request, line = ask_second(context, connection, who, number, new.access, "new account")
            lines.append(line)
        made = cast(Account, accounts.by_number(connection, number))
        record(context, connection, *lines)
    return Made(made, password, request)


def close_account(context: Context, who: Principal, account_id: int, reason: str) -> Account:
    """Close an account: its sessions end, its keys no longer work. Raises RefusedError for one's own and the last
    administrator's."""
    with context.database.write() as connection:
        context.database.alone(connection, "accounts")
        account = of_number(connection, who, account_id)
        if account.account_id == who.account_id:
            raise _own()
        check_not_last(connection, account)
        accounts.change(connection, account_id, open=False)
        sessions.end_all(connection, context.clock.now(), "account closed", account_id=account_id)
        record(context, connection, Line(who.name, "account.close", "account", str(account_id), reason=reason))
        return cast(Account, accounts.by_number(connection, account_id))


def reopen_account(context: Context, who: Principal, account_id: int, reason: str) -> Account:
    """Open a closed account again. Raises RefusedError for one's own, and for one that is open."""
    with context.database.write() as connection:
        account = of_number(connection, who, account_id)
        if account.account_id == who.account_id:
            raise _own()
        if account.open:
            raise RefusedError("conflict", "The account is open.", "该账户未关闭。")
        accounts.change(connection, account_id, open=True)
        record(context, connection, Line(who.name, "account.reopen", "account", str(account_id), reason=reason))
        return cast(Account, accounts.by_number(connection, account_id))


def reset_password(context: Context, who: Principal, account_id: int, reason: str) -> str:
    """A temporary password for an account, shown once; sessions end. One-time codes stay on: whoever resets a password
    cannot sign in with it. Raises RefusedError for one's own account and one that never had a password."""
    password = passwords.temporary()
    kept = _hashed(password)
    with context.database.write() as connection:
        account = of_number(connection, who, account_id)
        if account.account_id == who.account_id:
            raise _own()
        if account.password is None:
            raise RefusedError("conflict", "The account signs in without a password.", "该账户不使用密码登录。")
        if by_two(context, access_of(account)):
            raise RefusedError(
                "not-allowed",
                "Whoever resets a password could use it: for an account that shows cases this deployment takes "
                "`mingbai accounts reset` on the machine.",
                "重置密码者可能自行登录：本部署中，可查看核查件的账户须在服务器上使用 mingbai accounts reset 重置。",
            )
        put_temporary(context, connection, account, kept, who.name)
        line = Line(who.name, "account.reset_password", "account", str(account_id), reason=reason)
        record(context, connection, line)
    return password


def put_temporary(context: Context, connection: Connection, account: Account, kept: str, by: str) -> None:
    """Give an account a temporary password's hash, end its sessions and forget its failures, in the caller's
    transaction."""
    now = context.clock.now()
    accounts.change(
        connection, account.account_id, password=kept, password_at=now, must_change=True, reset_by=by, reset_at=now
    )
    sessions.end_all(connection, now, "password reset", account_id=account.account_id)
    attempts.forget_name(context, connection, WHAT, account.name)


def email_hash(context: Context, email: str) -> str:
    """The keyed hash an e-mail address is known by."""
    return context.seal.hash("name", f"email:{email.strip().casefold()}")


def _own() -> RefusedError:
    return RefusedError("not-allowed", "Not with one's own account.", "不能对自己的账户执行此操作。")


def _hashed(password: str) -> str:
    try:
        return passwords.hashed(password)
    except passwords.BusyError:
        raise busy() from None
