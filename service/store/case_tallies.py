"""How many cases there are, and how much money they ask about: counted by one index, without fetching a row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, literal, select

from service.store.cases import CASES, OVERDUE

IS_OPEN = CASES.c.is_open == literal(True)


@dataclass(frozen=True, slots=True)
class Tally:
    """Some cases: how many, the loss expected of them in fen, how many nobody has."""

    cases: int = 0
    loss_fen: int = 0
    unassigned: int = 0

    def __add__(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(self.cases + other.cases, self.loss_fen + other.loss_fen, self.unassigned + other.unassigned)

    def __sub__(self, other: Tally) -> Tally:
        """These without those."""
        return Tally(self.cases - other.cases, self.loss_fen - other.loss_fen, self.unassigned - other.unassigned)


Tallies = dict[tuple[str, str], Tally]
"""Open cases by desk and state."""

_SUMS = (
    func.count().label("n"),
    func.sum(CASES.c.loss_fen).label("loss"),
    func.sum(case((CASES.c.assignee_id.is_(None), 1), else_=0)).label("free"),
)


def tallies(connection: Connection, within: Callable[[ColumnElement[Any]], ColumnElement[bool]] | None) -> Tallies:
    """Open cases by desk and state; of the divisions `within(division_code)` lets through, or of all.

    They are counted by division first, so that a scope is looked up for each division and not each case.
    """
    asked = select(CASES.c.desk, CASES.c.state, *_SUMS).where(IS_OPEN)
    if within is None:
        return _read(connection, asked.group_by(CASES.c.desk, CASES.c.state))
    by = (CASES.c.desk, CASES.c.state, CASES.c.division_code)
    inner = asked.add_columns(CASES.c.division_code).group_by(*by).subquery()
    sums = (func.sum(inner.c.n), func.sum(inner.c.loss), func.sum(inner.c.free))
    outer = select(inner.c.desk, inner.c.state, *sums).where(within(inner.c.division_code))
    return _read(connection, outer.group_by(inner.c.desk, inner.c.state))


def tallies_of(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> Tallies:
    """Open cases that meet selective conditions, by desk and state."""
    asked = select(CASES.c.desk, CASES.c.state, *_SUMS).where(IS_OPEN, *conditions)
    return _read(connection, asked.group_by(CASES.c.desk, CASES.c.state))


def _read(connection: Connection, asked: Select[Any]) -> Tallies:
    return {
        (str(desk), str(state)): Tally(int(n), int(loss), int(free))
        for desk, state, n, loss, free in connection.execute(asked)
    }


def overdue(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    """Cases whose deadline has passed and was told, by desk; no closed case is among them."""
    # That they are open is not asked: it would lead SQLite along all that are open, to have them by desk.
    asked = select(CASES.c.desk, func.count()).where(OVERDUE, *conditions)
    return {str(desk): int(n) for desk, n in connection.execute(asked.group_by(CASES.c.desk))}


def decided(
    connection: Connection, desks: Sequence[str], since: dt.datetime, conditions: Sequence[ColumnElement[bool]]
) -> dict[tuple[str, str], int]:
    """Cases of some desks closed by people since a moment, by desk and outcome; what was merged was not decided."""
    # Grouped by what no index is ordered by: else all that were ever closed are gone through, to have them by outcome.
    by = (func.coalesce(CASES.c.desk, ""), func.coalesce(CASES.c.state, ""))
    asked = select(*by, func.count()).where(
        CASES.c.is_open == literal(False),
        CASES.c.desk.in_(desks),
        CASES.c.closed_at >= since,
        CASES.c.state != "merged",
        *conditions,
    )
    return {(str(desk), str(state)): int(n) for desk, state, n in connection.execute(asked.group_by(*by))}
