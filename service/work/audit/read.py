"""Read the log: lines with their reasons opened, inside the scope of whoever asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_

from service.access import Principal
from service.access.scope import within
from service.sealing.seal import SealError
from service.store import audit_lines, near_lines
from service.store.audit_lines import AUDIT_LINES, Wanted
from service.work.audit.record import Line, reason_of, record
from service.work.context import Context
from service.work.queue.sight import ties_of

UNREADABLE: Final = "?"
"""Shown for a reason that does not open; `verify` says why."""

WITHHELD: Final = "····"
"""Shown for a reason about people and cases to somebody who sees none: an administrator reads the log too."""
OPEN_TO_ALL: Final = frozenset({"account", "key", "webhook", "table", "log"})
"""Kinds of things whose reasons are about the service and its accounts."""
PAGE: Final = 1_000


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the log as people read it. `reason` is opened; None where there was none."""

    line: int
    at: dt.datetime
    who: str
    action: str
    about_kind: str
    about: str
    division_code: str | None
    reason: str | None
    flags: tuple[str, ...]
    details: dict[str, Any]
    request_id: str | None
    hash: str


def read_page(
    context: Context, principal: Principal, wanted: Wanted, *, before: int | None = None, limit: int = 100
) -> list[LogLine]:
    """At most `limit` lines that were asked for, newest first, numbers below `before`; those of the scope alone.

    A line without a division (settings, keys, the service itself) is seen by those who see everywhere. Lines about a
    case one is tied to are left out, those of one's own refusals first of all, and so are those about the people,
    households, cards, posts and payments that tie one: they would tell that somebody looked at them. A reason about
    people and cases is `WITHHELD` from whoever may read no case.
    """
    with context.database.read() as connection:
        rows = audit_lines.page(connection, wanted, _seen(connection, principal), before=before, limit=limit)
    may_read = principal.may("cases.read")
    return [_told(context, row, shown=may_read or row.about_kind in OPEN_TO_ALL) for row in rows]


def _seen(connection: Connection, principal: Principal) -> ColumnElement[bool]:
    """The condition that a line is for somebody to see: by division, and about nothing they are tied to."""
    inside = within(principal, AUDIT_LINES.c.division_code)
    ties = ties_of(connection, principal)
    return and_(inside, ~near_lines.near(ties)) if ties else inside


def export(context: Context, principal: Principal, wanted: Wanted) -> Iterator[LogLine]:
    """Every line that was asked for, newest first, page by page; the export itself is a line of the log, first."""
    asked = {
        name: value.isoformat() if isinstance(value, dt.datetime) else value
        for name in ("who", "action", "about_kind", "about", "since", "until", "flag")
        if (value := getattr(wanted, name)) is not None
    }
    with context.database.write() as connection:
        record(context, connection, Line(principal.name, "log.exported", "log", "lines", details=asked))
    return _pages(context, principal, wanted)


def _pages(context: Context, principal: Principal, wanted: Wanted) -> Iterator[LogLine]:
    before: int | None = None
    while True:
        lines = read_page(context, principal, wanted, before=before, limit=PAGE)
        yield from lines
        if len(lines) < PAGE:
            return
        before = lines[-1].line


def _told(context: Context, row: Any, *, shown: bool) -> LogLine:
    """A row with its reason opened where it may be shown, and its marks apart from the details."""
    try:
        reason = reason_of(context.seal, row.sealed) if shown or row.sealed is None else WITHHELD
    except SealError:
        reason = UNREADABLE
    details = dict(row.details)
    flags = tuple(details.pop("flags", ()))
    return LogLine(
        int(row.line),
        row.at,
        row.who,
        row.action,
        row.about_kind,
        row.about,
        row.division_code,
        reason,
        flags,
        details,
        row.request_id,
        row.hash,
    )
