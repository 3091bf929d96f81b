"""The second person: whoever runs the service sees no case, and must not have cases sent to an address of their choice.

A subscription that reaches what people with a right to cases see is paused from the moment somebody asks for it, or
for another URL or other types, until one of those people has looked at where it goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, and_

from service.access import Principal
from service.access.permissions import SEES_CASES
from service.access.scope import within
from service.store import webhooks
from service.work.access.refused import RefusedError
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.webhooks.read import AUDIENCE

TELLS_OF_CASES: Final = frozenset(
    {
        *(pattern for pattern, permission in AUDIENCE.items() if permission in SEES_CASES),
        # Which payment asks for a look, and who looked up whom, is the beginning of a case.
        "org.mingbai.payment.asks",
        "org.mingbai.payment.changed",
        "org.mingbai.lookup.*",
    }
)
"""Events a subscription gets only with the word of somebody who may see cases."""

AWAITS: Final = "waits for somebody who may see cases to approve it"


def needs_approval(types: Sequence[str]) -> bool:
    """Whether any of a subscription's patterns reaches one of the events that tell of cases."""
    return any(one == "*" or _meet(one, other) for one in types for other in TELLS_OF_CASES)


def _meet(one: str, other: str) -> bool:
    """Whether two patterns (a whole type, or its beginning and `.*`) have a type in common."""
    if one.endswith(".*") and other.endswith(".*"):
        return one[:-1].startswith(other[:-1]) or other[:-1].startswith(one[:-1])
    if one.endswith(".*"):
        return other.startswith(one[:-1])
    return one.startswith(other[:-1]) if other.endswith(".*") else one == other


def waiting(context: Context, who: Principal, after: int, limit: int) -> Sequence[Row[Any]]:
    """Subscriptions in scope that wait for approval, behind a number."""
    scope = within(who, webhooks.SUB.c.division_code)
    with context.database.read() as connection:
        return webhooks.page(connection, after, limit, and_(scope, webhooks.SUB.c.asked_by.is_not(None)))


def approve(
    context: Context,
    who: Principal,
    subscription_id: int,
    *,
    url: str,
    types: Sequence[str],
    request_id: str | None = None,
) -> Row[Any]:
    """Let a subscription begin, by somebody who may see cases (the caller asks for that permission) and did not ask
    for it; what happened meanwhile is sent. Returns it as it stands then.

    `url` and `types` are what was looked at: with anything else nothing is approved. Raises RefusedError: not-there
    outside the scope, not-allowed for whoever made it or asked for the change and for API keys, conflict where nothing
    waits or it has been changed.
    """
    with context.database.write() as connection:
        context.database.alone(connection, "webhooks")
        found = webhooks.find(connection, subscription_id, within(who, webhooks.SUB.c.division_code))
        if found is None:
            raise RefusedError("not-there", "There is no such subscription.", "没有该订阅。")
        if found.asked_by is None:
            raise RefusedError("conflict", "It does not wait for approval.", "该订阅无需批准。")
        own = who.account_id == found.asked_by or who.name == found.made_by
        if own or who.credential not in ("session", "oidc"):
            raise RefusedError(
                "not-allowed",
                "This takes a second person who signed in: neither who made it nor who asked for the change.",
                "须由另一名已登录人员批准：不得为创建人或变更申请人。",
            )
        if (found.url, list(found.types)) != (url, sorted(set(types))):
            raise RefusedError(
                "conflict", "It was changed after you looked at it: look again.", "该订阅已变更，请重新查看。"
            )
        webhooks.change(connection, subscription_id, {"asked_by": None, "state": "active", "state_reason": None})
        done = webhooks.find(connection, subscription_id, webhooks.ANY)
        line = Line(
            who.name,
            "webhook.approve",
            "webhook",
            str(subscription_id),
            found.division_code,
            details={"types": list(found.types), "asked_by": int(found.asked_by)},
            request_id=request_id,
        )
        record(context, connection, line)
    assert done is not None  # noqa: S101 - held by the transaction above
    return done
