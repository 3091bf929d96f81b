"""What those who read the log look at first: looks at people one is near to, and whether the log is whole."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from service.access import Principal
from service.store import audit_verifications
from service.store.audit_lines import Wanted
from service.work.audit.read import LogLine, read_page
from service.work.context import Context

DAYS: Final = 7
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Guarded:
    """Of the last `DAYS`: `flagged` lines, newest first, at most `MOST`. `verified_at`, `broken`: of the last walk over
    the log and how many places it found wrong; None where there was none."""

    flagged: list[LogLine]
    verified_at: dt.datetime | None
    broken: int | None


def guarded(context: Context, who: Principal) -> Guarded | None:
    """For whoever may read the log; None for others."""
    if not who.may("audit.read"):
        return None
    since = context.clock.now() - dt.timedelta(days=DAYS)
    flagged = read_page(context, who, Wanted(since=since, flagged=True), limit=MOST)
    with context.database.read() as connection:
        last = audit_verifications.newest(connection)
    return Guarded(flagged, last.at if last else None, int(last.broken) if last else None)
