"""The ties around a case: who was paid to which card, what it is bound to, who handled it, who is kin of whom."""

from __future__ import annotations

import datetime as dt
from typing import Final

from service.access import Principal
from service.work.context import Context
from service.work.portraits._case import CaseInSight, case_in_sight, moment
from service.work.portraits.ask import Portraits
from service.work.portraits.looks import Asked
from service.work.portraits.shapes import Graph
from service.work.portraits.wire import read

MOST: Final = 400


def case_graph(
    context: Context,
    who: Principal,
    portraits: Portraits,
    case_id: str,
    *,
    at: dt.datetime | None = None,
    most: int = 200,
) -> Graph:
    """The graph of a case as known at `at` (None: now), the most telling `most` nodes (at most 400). Logged.

    Raises NotThere for a case whoever asks may not see, UnavailableError when the scorer is away.
    """
    return graph_of(context, portraits, case_in_sight(context, who, case_id, "graph"), at, most)


def graph_of(context: Context, portraits: Portraits, case: CaseInSight, at: dt.datetime | None, most: int) -> Graph:
    """The same of a case in sight."""
    about = {**case.about, "most": max(2, min(most, MOST))}
    return read(Graph, portraits.look(Asked("case_graph", case.sight, moment(context, at), about)))
