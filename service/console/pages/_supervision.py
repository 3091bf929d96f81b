"""What pages of supervision share: the date they are about."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from service.console.visit import Visit


@dataclass(frozen=True, slots=True)
class AsOf:
    """The end of a day, or now. `day` as a date field takes it, empty for now; `query` goes behind addresses, with `?`
    in front where it holds anything."""

    at: dt.datetime
    day: str
    is_now: bool
    query: str


def as_of(visitor: Visit, text: str) -> AsOf:
    """The moment a page is about: the end of a local day; now for an empty text, today, and what is no day."""
    now = visitor.context.clock.now()
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return AsOf(now, "", True, "")
    if not dt.date(1990, 1, 1) <= day < now.astimezone(visitor.zone).date():
        return AsOf(now, "", True, "")
    at = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), visitor.zone) - dt.timedelta(microseconds=1)
    return AsOf(at, day.isoformat(), False, f"?at={day.isoformat()}")


AS_OF_EXAMPLE = AsOf(dt.datetime(2019, 6, 30, 16, tzinfo=dt.UTC), "2019-06-30", False, "?at=2019-06-30")
"""For examples of pages."""
