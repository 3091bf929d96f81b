"""Dates and moments as people write them, and as the ledger counts them."""

from __future__ import annotations

import datetime as dt
import re

from service.work.errors import WrongUsageError

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def day_of(text: str) -> dt.date:
    """A date `YYYY-MM-DD`. Raises WrongUsageError otherwise."""
    try:
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise WrongUsageError(f"found {text!r}, expected a date as 2019-07-01", f"{text!r} 不是日期，应如 2019-07-01")


def moment_of(text: str, utc_offset_hours: float) -> int:
    """T in microseconds UTC: a moment with its offset, or a date, which is the start of that local day.

    So "as of 2019-07-01" knows everything up to the midnight before, and nothing of that day. Raises WrongUsageError.
    """
    try:
        if "T" not in text and " " not in text:
            zone = dt.timezone(dt.timedelta(hours=utc_offset_hours))
            return micros(dt.datetime.combine(day_of(text), dt.time(), zone))
        moment = dt.datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return micros(moment)
    except ValueError:
        pass
    raise WrongUsageError(
        f"found {text!r}, expected a date as 2019-07-01 or a moment with its offset as 2019-07-01T09:30:00+08:00",
        f"{text!r} 应为日期（如 2019-07-01）或带时区的时刻（如 2019-07-01T09:30:00+08:00）",
    )


def micros(moment: dt.datetime) -> int:
    """A moment as whole microseconds of UTC."""
    return (moment - EPOCH) // dt.timedelta(microseconds=1)


def local(at_us: int, utc_offset_us: int) -> dt.datetime:
    """Microseconds UTC as a local moment."""
    return (EPOCH + dt.timedelta(microseconds=at_us)).astimezone(dt.timezone(dt.timedelta(microseconds=utc_offset_us)))
