"""The ties around a case: who was paid to which card, what it is bound to, who handled it, who is kin of whom."""

from __future__ import annotations

import datetime as dt

from service.access import Principal
from service.work.context import Context
from service.work.portraits.ask import Portraits
from service.work.portraits.shapes import Graph


def case_graph(
    context: Context,
    who: Principal,
    portraits: Portraits,
    case_id: str,
    *,
    at: dt.datetime | None = None,
    most: int = 200,
) -> Graph:
    """The graph of a case as known at `at` (None: now), the most telling `most` nodes. Logged.

    Raises NotThere for a case whoever asks may not see, UnavailableError when the scorer is away.
    """
    raise NotImplementedError
