"""How much waits at each desk somebody sees, and how much money it asks about."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from service.access import Principal
from service.access.scope import within
from service.store import assignments, case_tallies, case_ties, division_paths
from service.store.case_tallies import Tallies, Tally
from service.store.cases import CASES
from service.work.audit.record import Line, keep_look
from service.work.context import Context
from service.work.queue.assign_case import WEEK
from service.work.queue.find_cases import FEW_DIVISIONS
from service.work.queue.sight import desks_of, seen_by, ties_of
from service.work.queue.states import DESKS, OPEN
from service.work.recent import recent


@dataclass(frozen=True, slots=True)
class DeskCounts:
    """Open cases of one desk by state, and what it may still take up this week.

    * `states`: every open state with its count; `loss_fen`: the loss expected of all of them together
    * `unassigned`: new cases nobody has; `overdue`: cases whose deadline has passed and was told
    * `week_capacity`, `taken_up`: cases the desk can take up in seven days, and has
    """

    desk: str
    states: dict[str, int]
    loss_fen: int
    unassigned: int
    overdue: int
    week_capacity: int
    taken_up: int

    @property
    def open(self) -> int:
        """All open cases."""
        return sum(self.states.values())


@dataclass(frozen=True, slots=True)
class Counted:
    """The desks, and of when the counts are: of now, or where they take long, of some moments ago."""

    desks: list[DeskCounts]
    at: dt.datetime


def count_queues(context: Context, who: Principal, lines: list[Line] | None = None) -> Counted:
    """The desks somebody sees, with the cases they see there. Logged, or the line for the log added to `lines`, which
    the caller records before anything is shown."""
    with context.database.read() as connection:
        ties = ties_of(connection, who)
    # The same for all who have these divisions; what is one's own is few, and taken off here. Nobody holds a connection
    # while they wait for a count, which takes one of its own.
    found, at = recent(context, ("tallies", who.divisions), lambda: of_divisions(context, who))
    key = ("overdue", who.divisions, who.desks, who.roles, tuple(ties))
    late, _ = recent(context, key, lambda: _overdue(context, who))
    with context.database.read() as connection:
        seen = _seen(connection, who, ties, found)
        taken = assignments.taken_up(connection, context.clock.now() - WEEK)
    keep_look(context, Line(who.name, "queue.counted", "queue", "all"), lines)
    desks = [desk for desk in DESKS if desk in desks_of(who) or any(key[0] == desk for key in seen)]
    return Counted(
        [
            DeskCounts(
                desk,
                {state: seen.get((desk, state), Tally()).cases for state in OPEN},
                sum(one.loss_fen for (of, _), one in seen.items() if of == desk),
                seen.get((desk, "new"), Tally()).unassigned,
                late.get(desk, 0),
                int(context.policy[f"cases.{desk}_week_capacity"]),
                taken.get(desk, 0),
            )
            for desk in desks
        ],
        at,
    )


def of_divisions(context: Context, who: Principal) -> Tallies:
    """Open cases of somebody's divisions, whatever they see of them; counted now."""
    with context.database.read() as connection:
        if who.sees_everywhere:
            return case_tallies.tallies(connection, None)
        if division_paths.few_under(connection, who.divisions, FEW_DIVISIONS):
            reach = CASES.c.division_code.in_(division_paths.all_under(who.divisions))
            return case_tallies.tallies_of(connection, [reach, within(who, CASES.c.division_code)])
        return case_tallies.tallies(connection, partial(within, who))


def _overdue(context: Context, who: Principal) -> dict[str, int]:
    """Cases somebody sees whose deadline has passed, by desk."""
    with context.database.read() as connection:
        return case_tallies.overdue(connection, seen_by(connection, who))


def _seen(connection: Connection, who: Principal, ties: list[str], found: Tallies) -> Tallies:
    """Of the cases of somebody's divisions those they see: less those they are tied to, at their desks."""
    if ties:
        own = case_tallies.tallies_of(connection, [case_ties.tied(ties), within(who, CASES.c.division_code)])
        # What is one's own may have come since the rest was counted: no count goes below nothing.
        found = {key: one - own[key] if key in own else one for key, one in found.items()}
        found = {key: one for key, one in found.items() if one.cases > 0}
    asked = "department_verifier" in who.roles
    mine = desks_of(who)
    return {(d, s): one for (d, s), one in found.items() if d in mine or (asked and s == "with_department")}
