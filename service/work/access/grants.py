"""What an account may do and where: given by an administrator, and by two where one alone may not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Connection, true

from service.access import EVERYWHERE, PERMISSIONS, Principal
from service.access.permissions import sees_cases
from service.access.scope import within
from service.sealing.column import seal_text
from service.store import access_requests, accounts, division_paths, sessions
from service.store.accounts import Account
from service.work.access.refused import RefusedError, no_account
from service.work.audit.record import Line, record
from service.work.context import Context

REQUEST_DAYS: Final = 7
"""How long a change waits for a second administrator."""


@dataclass(frozen=True, slots=True)
class Access:
    """What an account may do and where. Empty `desks` are those of the roles."""

    roles: tuple[str, ...]
    divisions: tuple[str, ...]
    desks: tuple[str, ...] = ()

    def adds_nothing_to(self, other: Access) -> bool:
        """Whether this is `other`, or less of it."""
        fewer_desks = not other.desks or (bool(self.desks) and set(self.desks) <= set(other.desks))
        fewer_places = EVERYWHERE in other.divisions or set(self.divisions) <= set(other.divisions)
        return set(self.roles) <= set(other.roles) and fewer_places and fewer_desks


@dataclass(frozen=True, slots=True)
class Granted:
    """What came of a change: done, or waiting as a request for a second administrator."""

    account: Account
    request_id: int | None = None


def visible_to(who: Principal) -> ColumnElement[bool]:
    """The condition on accounts that all their divisions lie in the scope of `who`."""
    if who.sees_everywhere:
        return true()
    return accounts.whose_divisions(within(who, accounts.ACCOUNT_DIVISIONS.c.division_code))


def of_number(connection: Connection, who: Principal, account_id: int) -> Account:
    """One account in the caller's transaction. Raises RefusedError "not-there"."""
    asked = accounts.page(
        connection, visible_to(who) & (accounts.ACCOUNTS.c.account_id == account_id), account_id - 1, 1
    )
    if not asked:
        raise no_account()
    return asked[0]


def grant(context: Context, who: Principal, account_id: int, access: Access, reason: str) -> Granted:
    """Set what an account may do. Waits for a second administrator where `needs_second` says so. Ends the account's
    sessions. Raises RefusedError."""
    check(access)
    with context.database.write() as connection:
        context.database.alone(connection, "accounts")
        account = of_number(connection, who, account_id)
        check_places(connection, who, access.divisions)
        if needs_second(context, who, account, access):
            number, line = ask_second(context, connection, who, account_id, access, reason)
            record(context, connection, line)
            return Granted(account, number)
        changed = apply(context, connection, account, access)
        record(context, connection, granted_line(who.name, account, access, reason))
    return Granted(changed)


def needs_second(context: Context, who: Principal, account: Account, access: Access) -> bool:
    """Whether a change takes two administrators: more access of one's own that shows cases, or administrator and case
    reader in one hand, whosever it is; with `MINGBAI_GRANTS_BY_TWO` all that shows more of cases to anybody."""
    if access.adds_nothing_to(access_of(account)) or not sees_cases(access.roles):
        return False
    own = account.account_id == who.account_id
    return own or "administrator" in access.roles or by_two(context, access)


def by_two(context: Context, access: Access) -> bool:
    """Whether this deployment gives such access by two administrators only, whoever gets it."""
    return bool(context.settings.grants_by_two) and sees_cases(access.roles)


def ask_second(
    context: Context, connection: Connection, who: Principal, account_id: int, access: Access, reason: str
) -> tuple[int, Line]:
    """Put a change down for a second administrator, in the caller's transaction: its number, and the log's line."""
    now = context.clock.now()
    number = access_requests.add(
        connection,
        account_id=account_id,
        roles=sorted(access.roles),
        divisions=sorted(access.divisions),
        desks=sorted(access.desks),
        reason=seal_text(context.seal, access_requests.ACCESS_REQUESTS.c.reason, reason),
        asked_by=who.account_id,
        asked_at=now,
        ends_at=now + dt.timedelta(days=REQUEST_DAYS),
    )
    details = {"request": number, **told(access)}
    return number, Line(who.name, "account.ask_grant", "account", str(account_id), reason=reason, details=details)


def apply(context: Context, connection: Connection, account: Account, access: Access) -> Account:
    """Write access down and end the account's sessions, in the caller's transaction. Raises RefusedError for the last
    administrator."""
    if "administrator" not in access.roles:
        check_not_last(connection, account)
    accounts.grant(connection, account.account_id, access.roles, access.divisions, access.desks)
    sessions.end_all(connection, context.clock.now(), "access changed", account_id=account.account_id)
    return cast(Account, accounts.by_number(connection, account.account_id))


def granted_line(who: str, account: Account, access: Access, reason: str, **more: Any) -> Line:
    """The log's line of a change of access."""
    details = {"before": told(access_of(account)), "after": told(access), **more}
    return Line(who, "account.grant", "account", str(account.account_id), reason=reason, details=details)


def check_not_last(connection: Connection, account: Account) -> None:
    """Raises RefusedError when an account is the last open administrator: nobody could let anybody in again."""
    if account.open and "administrator" in account.roles and accounts.count_open(connection, "administrator") <= 1:
        raise RefusedError("conflict", "This is the last administrator.", "这是最后一名管理员。")


def access_of(account: Account) -> Access:
    """What an account may do now."""
    return Access(account.roles, account.divisions, account.desks)


def check(access: Access) -> None:
    """Raises RefusedError for access that no account can have."""
    unknown = sorted(set(access.roles) - set(PERMISSIONS))
    if not access.roles or unknown or "recipient" in access.roles:
        raise RefusedError(
            "not-as-expected",
            "An account needs one role or more; recipients sign in without an account.",
            "账户须有一个或以上角色；补贴对象无需账户。",
            where="body.roles",
        )
    if not access.divisions:
        raise RefusedError(
            "not-as-expected", "An account needs a division, or *.", "账户须有行政区划或 *。", where="body.divisions"
        )


def check_places(connection: Connection, who: Principal, divisions: Iterable[str]) -> None:
    """Raises RefusedError when somebody gives divisions that he does not have."""
    if who.sees_everywhere:
        return
    if EVERYWHERE in divisions or division_paths.outside(connection, divisions, who.divisions):
        raise RefusedError(
            "not-allowed",
            "Divisions can be given only by somebody who has them.",
            "只能授予自己管辖范围内的行政区划。",
        )


def told(access: Access) -> dict[str, Any]:
    """Access as the log tells it."""
    return {"roles": sorted(access.roles), "divisions": sorted(access.divisions), "desks": sorted(access.desks)}
