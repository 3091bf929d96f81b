"""Put a look at a person, household, card, official, village or case on the log, with what is near about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection

from service.access import Principal
from service.store import outbox
from service.work.audit.flags import CLOSE, Flag, Looked, flags_of
from service.work.audit.record import Line, record
from service.work.context import Context

EVENT: Final = "org.mingbai.lookup.flagged"


def look_up(
    context: Context,
    connection: Connection,
    principal: Principal,
    action: str,
    about: tuple[str, str],
    looked: Looked,
    *,
    division_code: str | None = None,
    reason: str | None = None,
    details: Mapping[str, Any] | None = None,
    request_id: str | None = None,
) -> tuple[Flag, ...]:
    """Write one line `action` about (kind, number) in the caller's transaction; call it last. Returns its flags.

    A look at oneself, one's kin or one's household also makes an event, so that a supervisor hears of it. Neither line
    nor event holds personal data: `about` is one of our own numbers or a keyed hash.
    """
    flags = flags_of(connection, principal, looked)
    if CLOSE & set(flags):
        outbox.add(
            connection,
            EVENT,
            f"accounts/{principal.account_id}",
            {"who": principal.name, "action": action, "flags": list(flags)},
            context.clock.now(),
            division_code=division_code,
        )
    record(
        context,
        connection,
        Line(
            principal.name,
            action,
            *about,
            division_code=division_code,
            reason=reason,
            details=details or {},
            request_id=request_id,
            flags=flags,
        ),
    )
    return flags
