"""Closings that wait for the word of a second person, for whoever could give it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from service.access import Principal
from service.store import closing_proposals
from service.work.audit.record import Line, keep_look
from service.work.context import Context
from service.work.queue.close_case import is_second
from service.work.queue.sight import seen_by

MOST: Final = 500
"""So many closings that wait are looked at."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case whose closing waits: the case, how it would be closed, who proposed it, since when."""

    case: Row[Any]
    outcome: str
    proposer: str
    since: dt.datetime


def waiting_for_second(context: Context, who: Principal, lines: list[Line] | None = None) -> list[Waiting]:
    """Closings somebody sees and may countersign, the longest waiting first. Logged, or the line for the log added to
    `lines`, which the caller records before anything is shown."""
    if not who.may("cases.countersign"):
        return []
    with context.database.read() as connection:
        rows = closing_proposals.all_waiting(connection, seen_by(connection, who), MOST)
    found = [
        Waiting(row, str(row.closing["outcome"]), row.proposer, row.proposed_at) for row in rows if is_second(who, row)
    ]
    keep_look(context, Line(who.name, "case.listed", "queue", "second", details={"shown": len(found)}), lines)
    return found
