"""What whoever runs the machine may do to accounts without having one: the first administrator, a way back in, a
trial's accounts. Every act stands in the log under the name of the system's user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

from service.access import EVERYWHERE, Principal, Role, passwords
from service.access.names import folded
from service.access.permissions import ROLES
from service.store import accounts
from service.store.accounts import Account
from service.work.access.grants import Access
from service.work.access.manage_accounts import NewAccount, make_account, put_temporary
from service.work.access.one_time_codes import switch_off
from service.work.access.refused import RefusedError, busy
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.errors import WrongUsageError

TRIAL_ROLES: Final[tuple[Role, ...]] = tuple(role for role in ROLES if role != "recipient")


@dataclass(frozen=True, slots=True)
class Reset:
    """An account after its reset, and the temporary password if one was asked for."""

    account: Account
    password: str | None


def first_administrator(
    context: Context, name: str, by: str, *, password: str | None = None, another: bool = False
) -> tuple[Account, str | None]:
    """Make an administrator, with the `password` given or a temporary one, which is returned. Raises WrongUsageError
    when there is one already, unless `another`, and RefusedError for a name or password that may not be."""
    if password is not None:
        flaw = passwords.flaw_of(password, folded(name))
        if flaw is not None:
            raise RefusedError("not-as-expected", f"password: expected {flaw[0]}", f"密码：{flaw[1]}")
    with context.database.read() as connection:
        there = accounts.count_open(connection, "administrator")
    if there and not another:
        raise WrongUsageError(
            f"there is an administrator already ({there}), who makes accounts in the service. `--another` makes one "
            "more all the same, `mingbai accounts reset` lets one in again",
            "已有管理员。如确需再建，请加 --another；如忘记密码，请用 mingbai accounts reset",
        )
    who = _of_the_machine(by)
    new = NewAccount(name, Access(("administrator",), (EVERYWHERE,)))
    made = make_account(context, who, new)
    account = made.account
    if password is None:
        return account, made.password
    kept = _hashed(password)
    with context.database.write() as connection:
        accounts.change(connection, account.account_id, password=kept, must_change=False)
    return account, None


def reset_account(
    context: Context, name: str, by: str, *, password: bool = True, codes: bool = False, reopen: bool = False
) -> Reset:
    """Let somebody in again: a temporary password, one-time codes off, a closed account opened, as asked. Sessions
    end, and earlier failures are forgotten. Raises WrongUsageError where there is no such account."""
    temporary = passwords.temporary() if password else None
    kept = _hashed(temporary) if temporary else None
    with context.database.write() as connection:
        account = accounts.by_name(connection, folded(name))
        if account is None:
            raise WrongUsageError("there is no account of that name (`mingbai accounts list`)", "没有该账户")
        if kept is not None:
            put_temporary(context, connection, account, kept, by)
        if codes:
            switch_off(context, connection, account.account_id)
        if reopen:
            accounts.change(connection, account.account_id, open=True)
        details = {"password": password, "codes_off": codes, "reopened": reopen}
        record(context, connection, Line(by, "account.reset", "account", str(account.account_id), details=details))
        changed = cast(Account, accounts.by_number(connection, account.account_id))
    return Reset(changed, temporary)


def all_accounts(context: Context) -> list[Account]:
    """Every account, by number."""
    with context.database.read() as connection:
        return accounts.page(connection, accounts.ACCOUNTS.c.account_id > 0, 0, 1_000_000)


def trial_accounts(context: Context, by: str) -> list[tuple[Account, str]]:
    """One account a role, named after it, everywhere, with a random password of its own to be used at once: for a
    deployment that holds invented data. Raises WrongUsageError when there is any account: a real one has no use for
    accounts of nobody."""
    with context.database.read() as connection:
        if accounts.any_there(connection):
            raise WrongUsageError(
                "there are accounts already: a trial's are made in an empty database only",
                "已有账户：仅可在空数据库中创建试用账户",
            )
    who = _of_the_machine(by)
    made = []
    for role in TRIAL_ROLES:
        password = passwords.temporary()
        new = NewAccount(role.replace("_", "-"), Access((role,), (EVERYWHERE,)))
        account = make_account(context, who, new).account
        kept = _hashed(password)
        with context.database.write() as connection:
            accounts.change(connection, account.account_id, password=kept, must_change=False)
        made.append((account, password))
    return made


def _of_the_machine(by: str) -> Principal:
    return Principal(0, by, frozenset({"administrator"}), (EVERYWHERE,), "command")


def _hashed(password: str) -> str:
    try:
        return passwords.hashed(password)
    except passwords.BusyError:
        raise busy() from None
