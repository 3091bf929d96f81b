"""How right the questions were lately: the share that was confirmed among cases people decided, by desk."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from service.access import Principal
from service.access.scope import within
from service.store import case_tallies, case_ties
from service.store.cases import CASES
from service.work.context import Context
from service.work.queue.sight import desks_of, ties_of
from service.work.queue.states import DESKS
from service.work.recent import recent

DAYS: Final = 90
LEAST: Final = 10
"""Cases decided below which a share says nothing."""


@dataclass(frozen=True, slots=True)
class Decided:
    """Cases of a desk that people decided within `DAYS`.

    * `confirmed`, `cleared`, `errors`: how many of each; an honest error is neither of the other two
    * `share`: confirmed of all decided, with Wilson's 95 % interval `low` to `high`; None for fewer than `LEAST`
    """

    desk: str
    confirmed: int
    cleared: int
    errors: int
    share: float | None
    low: float | None
    high: float | None

    @property
    def count(self) -> int:
        """All that were decided."""
        return self.confirmed + self.cleared + self.errors


def confirmed_share(context: Context, who: Principal) -> list[Decided]:
    """The desks somebody sees, or for whoever sees models and no case all desks: counts alone, of their divisions."""
    desks = desks_of(who) or (DESKS if who.may("models.read") else ())
    if not desks:
        return []
    since = context.clock.now() - dt.timedelta(days=DAYS)
    with context.database.read() as connection:
        ties = ties_of(connection, who)
    found, _ = recent(
        context, ("decided", who.divisions, desks, tuple(ties)), lambda: _count(context, who, desks, since, ties)
    )
    return [_told(desk, found) for desk in desks]


def _count(
    context: Context, who: Principal, desks: tuple[str, ...], since: dt.datetime, ties: list[str]
) -> dict[tuple[str, str], int]:
    seen = [within(who, CASES.c.division_code), case_ties.untied(ties)]
    with context.database.read() as connection:
        return case_tallies.decided(connection, desks, since, seen)


def _told(desk: str, found: dict[tuple[str, str], int]) -> Decided:
    from models.evaluation.intervals import wilson

    confirmed, errors = found.get((desk, "confirmed"), 0), found.get((desk, "error"), 0)
    cleared = found.get((desk, "cleared"), 0) + found.get((desk, "cleared_by_name"), 0)
    count = confirmed + errors + cleared
    bounds = wilson(confirmed, count) if count >= LEAST else None
    if bounds is None:
        return Decided(desk, confirmed, cleared, errors, None, None, None)
    return Decided(desk, confirmed, cleared, errors, confirmed / count, *bounds)
