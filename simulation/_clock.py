"""Days, months and seconds as whole numbers, and the hours in which offices work.

A day is counted from 1970-01-01, a month is year * 12 + month - 1, a moment is local seconds from 1970-01-01
(UTC+8 when written). `FAR` stands for "not yet, perhaps never".
"""

from __future__ import annotations

from datetime import date
from typing import Any, cast

import numpy as np

from simulation._frame import Array, Ints

FAR = 1_000_000
DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()


def day_number(day: date) -> int:
    """Days from 1970-01-01 to `day`."""
    return day.toordinal() - _EPOCH


def month_number(day: date) -> int:
    """The month of `day`, as year * 12 + month - 1."""
    return day.year * 12 + day.month - 1


def first_day(month: Any) -> Ints:
    """First day of each month. `month` may be a number or an array."""
    months = (np.asarray(month, dtype=np.int64) - 1970 * 12).astype("datetime64[M]")
    return cast(Ints, months.astype("datetime64[D]").astype(np.int64))


def month_of(day: Any) -> Ints:
    """The month each day lies in."""
    days = np.asarray(day, dtype=np.int64).astype("datetime64[D]")
    return days.astype("datetime64[M]").astype(np.int64) + 1970 * 12


def calendar(day: Any) -> tuple[Ints, Ints, Ints]:
    """Year, month (1-12) and day of month of each day number."""
    months = month_of(day)
    return months // 12, months % 12 + 1, np.asarray(day, dtype=np.int64) - first_day(months) + 1


def working_day(day: Any) -> Ints:
    """The same day, or the Monday after it where it falls on a weekend."""
    days = np.asarray(day, dtype=np.int64)
    weekday = (days + 3) % 7
    return days + np.where(weekday == 5, 2, np.where(weekday == 6, 1, 0))


def office_hours(rng: np.random.Generator, day: Any) -> Ints:
    """A moment within office hours (08:30-12:00, 14:00-17:30) of each day, weekends moved to Monday."""
    days = working_day(day)
    seconds = rng.integers(0, 25_200, days.shape)
    return cast(Ints, days * DAY + 30_600 + seconds + np.where(seconds >= 12_600, 7_200, 0))


def waking_hours(rng: np.random.Generator, day: Any) -> Ints:
    """A moment between 07:00 and 21:00 of each day, most often in the morning."""
    days = np.asarray(day, dtype=np.int64)
    return days * DAY + 25_200 + (rng.beta(1.6, 2.6, days.shape) * 50_400).astype(np.int64)


def age_on(birth: Array, day: Any) -> Ints:
    """Completed years between `birth` and `day`; by 365.2425-day years, so off by a day at most around birthdays."""
    return cast(Ints, ((np.asarray(day) - birth) / 365.2425).astype(np.int64))
