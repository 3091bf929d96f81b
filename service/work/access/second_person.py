"""The second administrator: decides changes of access that nobody may make alone."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row

from service.access import Principal
from service.access.permissions import Role
from service.sealing.column import open_text
from service.store import access_requests, accounts
from service.store.accounts import Account
from service.work.access.grants import Access, Granted, apply, check_places, granted_line, of_number, visible_to
from service.work.access.refused import RefusedError, no_account
from service.work.audit.record import Line, record
from service.work.context import Context

ADMINISTRATOR: Final[Role] = "administrator"
RESET_DAYS: Final = 30
"""For so long an administrator whose password the asker reset does not count as a second person."""


def list_requests(
    context: Context, who: Principal, *, after: int, limit: int, waiting: bool = False
) -> list[dict[str, Any]]:
    """Requests about accounts in the scope of `who`, decided ones too unless only those that wait are asked for, by
    number: the columns, `reason` opened."""
    about: ColumnElement[bool] = access_requests.ACCESS_REQUESTS.c.account_id.in_(accounts.numbers(visible_to(who)))
    if waiting:
        about &= access_requests.waits(context.clock.now())
    with context.database.read() as connection:
        rows = access_requests.page(connection, about, after, limit)
    return [{**row._mapping, "reason": _reason(context, row)} for row in rows]


def approve(context: Context, who: Principal, request_id: int) -> Granted:
    """Grant what was asked, as the second administrator. Raises RefusedError: for whoever asked or gets it, for an
    administrator the asker made or could sign in as, and for a request that is decided or has run out."""
    with context.database.write() as connection:
        context.database.alone(connection, "accounts")
        asked = _asked(connection, who, request_id)
        asker = accounts.by_number(connection, int(asked.asked_by))
        second = accounts.by_number(connection, who.account_id)
        account = of_number(connection, who, int(asked.account_id))
        if asker is None or second is None or not asker.open or ADMINISTRATOR not in asker.roles:
            raise RefusedError("conflict", "Whoever asked is no administrator any more.", "申请人已不是管理员。")
        if who.account_id in (asker.account_id, account.account_id) or _is_hand_of(context, second, asker):
            raise RefusedError(
                "not-allowed",
                "This takes a second administrator: neither who asked, nor who gets it, nor somebody whom the asker "
                "made or whose password the asker lately reset.",
                "须由另一名管理员批准：不得为申请人、被授权人，或由申请人新建账户、近期重置密码的管理员。",
            )
        check_places(connection, who, tuple(asked.divisions))
        access = Access(tuple(asked.roles), tuple(asked.divisions), tuple(asked.desks))
        _decide(context, connection, who, request_id, "granted")
        changed = apply(context, connection, account, access)
        reason = _reason(context, asked)
        line = granted_line(who.name, account, access, reason, request=request_id, asked_by=asker.name)
        record(context, connection, line)
    return Granted(changed)


def refuse(context: Context, who: Principal, request_id: int) -> None:
    """Refuse a request, or take one's own back. Raises RefusedError."""
    with context.database.write() as connection:
        asked = _asked(connection, who, request_id)
        _decide(context, connection, who, request_id, "refused")
        details = {"request": request_id}
        line = Line(who.name, "account.refuse_grant", "account", str(asked.account_id), details=details)
        record(context, connection, line)


def _asked(connection: Connection, who: Principal, request_id: int) -> Row[Any]:
    asked = access_requests.by_number(connection, request_id)
    if asked is None:
        raise no_account()
    of_number(connection, who, int(asked.account_id))
    return asked


def _reason(context: Context, row: Row[Any]) -> str:
    return open_text(context.seal, access_requests.ACCESS_REQUESTS.c.reason, row.reason) or ""


def _decide(context: Context, connection: Connection, who: Principal, request_id: int, state: str) -> None:
    if not access_requests.decide(connection, request_id, state, who.account_id, context.clock.now()):
        raise RefusedError("conflict", "The request is decided or has run out.", "该申请已处理或已过期。")


def _is_hand_of(context: Context, second: Account, asker: Account) -> bool:
    """Whether the asker made the second's account, or could have signed in as them: no second person, then."""
    since = context.clock.now() - dt.timedelta(days=RESET_DAYS)
    lately = second.reset_by == asker.name and second.reset_at is not None and second.reset_at > since
    return second.made_by == asker.name or lately
