"""Show one whole identity number, name, phone or card: by permission, with a reason, on the log."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from service.access import Principal
from service.access.scope import within
from service.sealing.column import open_text
from service.store import audit_lines, outbox, personal_values
from service.store.audit_lines import Wanted
from service.store.personal_values import PERSONAL_VALUES, ValueKind
from service.work.audit.flags import Flag, Looked
from service.work.audit.look_up import look_up
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.errors import WorkError

ACTION: Final = "person.unmask"
REFUSED: Final = "person.unmask_refused"
MANY: Final = "org.mingbai.unmasking.many"

REASON_AT_LEAST: Final = 10
"""Characters of a reason: a sentence, not a full stop."""

A_DAY: Final = 50
"""Unmasked values in 24 hours above which the supervisor is told: a day's honest work stays well below."""


class UnmaskRefusedError(WorkError):
    """Nothing is shown: `kind` says whether the reason is too short or there is nothing in the scope."""

    def __init__(self, kind: str, english: str, chinese: str) -> None:
        super().__init__(english, chinese)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Unmasked:
    """A whole value. `today` counts what this principal unmasked in the last 24 hours, this one included."""

    value: str
    today: int
    flags: tuple[Flag, ...]


def unmask(context: Context, principal: Principal, kind: ValueKind, reference: str, reason: str) -> Unmasked:
    """The whole value behind a keyed hash, of somebody or a card in the principal's scope.

    The log has who, what kind, of whom (by hash), why, and whether it was one of his own people; never the value. Above
    `A_DAY` in 24 hours each further one makes an event for the supervisor. Raises UnmaskRefusedError; that is on the
    log too, where the scope refused it.
    """
    reason = reason.strip()
    if len(reason) < REASON_AT_LEAST:
        raise UnmaskRefusedError(
            "reason-too-short",
            f"Say why in at least {REASON_AT_LEAST} characters; it stands in the log.",
            f"请填写不少于{REASON_AT_LEAST}个字的理由，理由将记入日志。",
        )
    about = ("card" if kind == "card" else "person", reference)
    with context.database.write() as connection:
        # One at a time for the whole service: the count below is then exact, and unmasking is rare.
        context.database.alone(connection, "audit")
        found = personal_values.find(connection, kind, reference, within(principal, PERSONAL_VALUES.c.division_code))
        if found is None:
            record(context, connection, Line(principal.name, REFUSED, *about, reason=reason, details={"field": kind}))
        else:
            now = context.clock.now()
            since = now - dt.timedelta(days=1)
            done = audit_lines.count_by(connection, Wanted(who=principal.name, action=ACTION, since=since)) + 1
            if done > A_DAY:
                data = {"who": principal.name, "count": done, "above": A_DAY}
                outbox.add(
                    connection, MANY, f"accounts/{principal.account_id}", data, now, division_code=found.division_code
                )
            value = open_text(context.seal, PERSONAL_VALUES.c.value, found.value)
            flags = look_up(
                context,
                connection,
                principal,
                ACTION,
                about,
                Looked.at(persons=[found.person_hash]),
                division_code=found.division_code,
                reason=reason,
                details={"field": kind, "today": done, "above_daily": done > A_DAY},
            )
    if found is None or value is None:
        raise UnmaskRefusedError(
            "not-found",
            "There is nothing of that reference, or it lies outside your divisions.",
            "没有该编号对应的信息，或不在您的管辖范围内。",
        )
    return Unmasked(value, done, flags)
