"""The service's one source of time, handed to whatever needs it: tests set it, and make it jump."""

from __future__ import annotations

import datetime as dt
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> dt.datetime:
        """This moment, UTC."""
        ...


class SystemClock:
    """The machine's clock, or one that runs whole days behind it: a trial's, whose invented history ended long ago."""

    def __init__(self, days_back: int = 0) -> None:
        """`days_back`: by how many days it is behind."""
        self._behind = dt.timedelta(days=days_back)

    def now(self) -> dt.datetime:
        """This moment, UTC."""
        return dt.datetime.now(dt.UTC) - self._behind


class SetClock:
    """A clock that stands until it is moved."""

    def __init__(self, at: dt.datetime) -> None:
        """`at` is the moment it shows first; needs an offset."""
        self.at = at.astimezone(dt.UTC)

    def now(self) -> dt.datetime:
        """The moment it was set to."""
        return self.at

    def move(self, **by: float) -> None:
        """Move by days, hours, minutes, seconds; negative goes back."""
        self.at += dt.timedelta(**by)


def micros(moment: dt.datetime) -> int:
    """A moment as whole microseconds since 1970, UTC, exact."""
    return (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
