"""What happened to those a case is about, in order of time."""

from __future__ import annotations

import datetime as dt

from service.access import Principal
from service.work.context import Context
from service.work.portraits.ask import Portraits
from service.work.portraits.shapes import Event


def case_events(
    context: Context,
    who: Principal,
    portraits: Portraits,
    case_id: str,
    *,
    at: dt.datetime | None = None,
    most: int = 400,
) -> tuple[Event, ...]:
    """Events of a case as known at `at` (None: now), oldest first; at most `most`, those of its payments before others.

    Logged. Raises NotThere for a case whoever asks may not see, UnavailableError when the scorer is away.
    """
    raise NotImplementedError
