"""What happened to those a case is about, in order of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row

from service.access import Principal
from service.store import scores
from service.work.context import Context
from service.work.portraits._case import CaseInSight, case_in_sight, moment
from service.work.portraits.ask import Portraits
from service.work.portraits.looks import Asked
from service.work.portraits.shapes import Event
from service.work.portraits.wire import read_all
from service.work.portraits.words import Pair, plain

MOST: Final = 1_000
MOST_SCORES: Final = 200


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
    return events_of(context, portraits, case_in_sight(context, who, case_id, "events"), at, most)


def events_of(
    context: Context, portraits: Portraits, case: CaseInSight, at: dt.datetime | None, most: int
) -> tuple[Event, ...]:
    """The same of a case in sight."""
    most, now = max(1, min(most, MOST)), moment(context, at)
    about = {**case.about, "most": most}
    found = read_all(Event, portraits.look(Asked("case_events", case.sight, now, about)))
    seen = [one for one in case.payments if one in {event.disbursement_id for event in found}]
    made = _scored(context, seen[:MOST_SCORES], now)
    return tuple(sorted([*found[-max(1, most - len(made)) :], *made], key=lambda event: event.at))


def _said(row: Row[Any]) -> Pair:
    """A score in a few words."""
    asks = plain(f"asks_{row.recommendation}")
    zh, en = (plain("scored", score=f"{row.score:.2f}", asks=one) for one in asks)
    return zh[0], en[1]


def _scored(context: Context, payments: Sequence[str], at: dt.datetime) -> list[Event]:
    """When payments were scored and what was recommended: the last score of each."""
    zone = dt.timezone(dt.timedelta(hours=context.policy.utc_offset_hours))
    with context.database.read() as connection:
        rows = scores.newest_of(connection, payments, at)
    return [
        Event(
            at=row.scored_at.astimezone(zone),
            kind="scored",
            text=_said(row),
            disbursement_id=row.disbursement_id,
            in_case=True,
        )
        for row in rows
    ]
