"""Working days: Monday to Friday, but for holidays and for the weekends worked in their place."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from service.work.context import Context
from service.work.errors import WrongUsageError

SHIPPED = Path(__file__).with_name("holidays.toml")


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Days off and days on that the week alone does not tell."""

    off: frozenset[dt.date]
    on: frozenset[dt.date]

    def works(self, day: dt.date) -> bool:
        """Whether offices are open on a day."""
        return day in self.on or (day.weekday() < 5 and day not in self.off)

    def after(self, day: dt.date, count: int) -> dt.date:
        """The day `count` working days after a day; that day itself counts for nothing.

        >>> WorkingDays(frozenset(), frozenset()).after(dt.date(2019, 7, 5), 1)
        datetime.date(2019, 7, 8)
        """
        while count > 0:
            day += dt.timedelta(days=1)
            count -= self.works(day)
        return day


def working_days(context: Context) -> WorkingDays:
    """The calendar that is shipped, with the years of `<home>/holidays.toml` in place of its own.

    Raises WrongUsageError for a file that cannot be read.
    """
    own = context.settings.home / "holidays.toml"
    changed = own.stat().st_mtime_ns if own.is_file() else 0
    return _read(own, changed)


@lru_cache(maxsize=8)
def _read(own: Path, changed: int) -> WorkingDays:
    years = _years(SHIPPED)
    if changed:
        years.update(_years(own))
    return WorkingDays(
        frozenset(day for off, _ in years.values() for day in off),
        frozenset(day for _, on in years.values() for day in on),
    )


def _years(path: Path) -> dict[str, tuple[list[dt.date], list[dt.date]]]:
    found = {}
    try:
        for year, named in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if not isinstance(named, dict) or set(named) - {"off", "on"}:
                raise ValueError(f"{year}: expected `off` and `on`")
            found[year] = (
                [day for text in named.get("off", []) for day in _days(text)],
                [day for text in named.get("on", []) for day in _days(text)],
            )
    except (OSError, ValueError, tomllib.TOMLDecodeError) as error:
        raise WrongUsageError(
            f"{path.name} cannot be read: {error}; expected [YEAR] tables with off and on, lists of 2019-10-01 or "
            "2019-10-01/2019-10-07",
            f"{path.name} 无法读取：应为按年份的 off、on 日期列表",
        ) from error
    return found


def _days(text: str) -> Iterator[dt.date]:
    first, _, last = text.partition("/")
    day, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last or first)
    while day <= end:
        yield day
        day += dt.timedelta(days=1)


def local_day(context: Context, at: dt.datetime) -> dt.date:
    """The day it is where the data come from."""
    return at.astimezone(zone(context)).date()


def zone(context: Context) -> dt.timezone:
    """Local time of the data."""
    return dt.timezone(dt.timedelta(hours=context.policy.utc_offset_hours))


def end_of(context: Context, day: dt.date) -> dt.datetime:
    """The moment a local day ends."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone(context))


def start_of(context: Context, day: dt.date) -> dt.datetime:
    """The moment a local day begins."""
    return dt.datetime.combine(day, dt.time(), zone(context))
