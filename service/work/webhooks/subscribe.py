"""Add a subscription to events, with its first secret, which is told this once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Text, literal

from service.access import Principal
from service.access.scope import within
from service.sealing.column import seal_bytes
from service.store import outbox, webhooks
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.errors import WrongUsageError
from service.work.webhooks.approve import AWAITS, needs_approval
from service.work.webhooks.chosen import PATTERN
from service.work.webhooks.envelope import new_secret
from service.work.webhooks.guard import Refused, check_form, networks


class OutsideScope(WrongUsageError):
    """A division that lies outside the divisions of whoever asks."""


def subscribe(
    context: Context,
    who: Principal,
    *,
    name: str,
    url: str,
    types: Sequence[str],
    division_code: str | None,
    request_id: str | None = None,
) -> tuple[int, str]:
    """Add a subscription; returns its number and its secret. It gets what is kept from now on, once somebody approved
    it where its types tell of cases (`approve`).

    Raises WrongUsageError for a URL events are not sent to and for types of another form, OutsideScope for a
    division outside the asker's.
    """
    check_url(context, url)
    check_types(types)
    waits = needs_approval(types)
    now = context.clock.now()
    secret = new_secret()
    with context.database.write() as connection:
        if not webhooks.holds(connection, within(who, literal(division_code, Text))):
            raise OutsideScope("that division lies outside yours", "该区划不在您的管辖范围内")
        number = webhooks.subscribe(
            connection,
            {
                "name": name,
                "url": url,
                "types": sorted(set(types)),
                "division_code": division_code,
                "state": "paused" if waits else "active",
                "state_reason": AWAITS if waits else None,
                "asked_by": who.account_id if waits else None,
                "made_by": who.name,
                "made_at": now,
                "position": outbox.last_position(connection),
            },
        )
        webhooks.add_secret(connection, number, sealed(context, secret), now)
        line = Line(
            who.name,
            "webhook.subscribe",
            "webhook",
            str(number),
            division_code,
            details={"types": sorted(set(types)), "needs_approval": waits},
            request_id=request_id,
        )
        record(context, connection, line)
    return number, secret


def sealed(context: Context, secret: str) -> bytes:
    """A secret as it is kept."""
    return seal_bytes(context.seal, webhooks.SECRET.c.sealed, secret.encode()) or b""


def check_url(context: Context, url: str) -> None:
    """Raises WrongUsageError for a URL events are not sent to."""
    try:
        check_form(url, networks(context.settings.webhook_networks))
    except Refused as refused:
        raise WrongUsageError(f"url: {refused}", f"url：{refused.chinese}") from refused


def check_types(types: Sequence[str]) -> None:
    """Raises WrongUsageError for no types, or one of another form."""
    if not types or not all(PATTERN.fullmatch(one) for one in types):
        raise WrongUsageError(
            "types: expected `*`, a type such as org.mingbai.run.scored, or org.mingbai.run.*",
            "types：应为 *、完整类型（如 org.mingbai.run.scored）或 org.mingbai.run.*",
        )
