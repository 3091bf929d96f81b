"""Rows beside the persons they may mean, for people to judge: the next one, one by its number, lists. Every look is on
the log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import ColumnElement, Connection, not_

from service.access import Principal
from service.store import match_answers, match_rows
from service.store.match_rows import MATCH_ROWS, Decision, MatchRow
from service.work.audit.flags import Looked
from service.work.audit.look_up import look_up
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.matching.errors import not_there
from service.work.matching.lines_in_force import in_force
from service.work.matching.reach import rows_in_reach
from service.work.matching.shown import AnswerShown, PairShown, answer_shown, pair_shown
from service.work.places import places_of

LOOKED: Final = "matching.looked"
LISTED: Final = "matching.listed"
MOST: Final = 1_000

Of = Literal["sample", "unsure"]
"""Which pairs wait: those drawn to learn how good matching is, or all it is not sure of."""


@dataclass(frozen=True, slots=True)
class Next:
    """The next pair that waits, None where none does; `left`: how many wait in all, this one among them."""

    pair: PairShown | None
    left: int


def next_pair(context: Context, who: Principal, of: Of, after: str = "") -> Next:
    """The next pair nobody has answered to; of the unsure ones, the next behind `after` first, so that one may be left
    for later."""
    with _looking(context) as connection:
        conditions = [*rows_in_reach(connection, who), not_(match_answers.is_answered()), *_waits(of)]
        left = match_rows.count(connection, *conditions)
        behind = _behind(connection, of, after) if after else []
        rows = _first(connection, of, [*conditions, *behind]) or (_first(connection, of, conditions) if behind else [])
        row = rows[0] if rows else None
        return Next(_looked(context, connection, who, row) if row is not None else None, left)


def count_unsure(context: Context, who: Principal) -> int:
    """How many rows matching is not sure of and nobody has answered to, of those somebody may judge."""
    with context.database.read() as connection:
        conditions = [*rows_in_reach(connection, who), not_(match_answers.is_answered()), *_waits("unsure")]
        return match_rows.count(connection, *conditions)


def read_pair(context: Context, who: Principal, row_hash: str) -> PairShown:
    """One row and the person it may mean. Raises MatchingError where it is not there or means nobody."""
    with _looking(context) as connection:
        row = match_rows.get(connection, row_hash, *rows_in_reach(connection, who))
        if row is None or row.person_hash is None:
            raise not_there()
        return _looked(context, connection, who, row)


def list_pairs(
    context: Context, who: Principal, decision: Decision, source: str = "", after: str = "", limit: int = 100
) -> list[PairShown]:
    """Rows that stand at a decision and have somebody beside them, of one list where it is named; `after` a row's."""
    with _looking(context) as connection:
        conditions = [
            *rows_in_reach(connection, who),
            MATCH_ROWS.c.decision == decision,
            MATCH_ROWS.c.person_hash.is_not(None),
        ]
        if source:
            conditions.append(MATCH_ROWS.c.source == source)
        rows = match_rows.listed(connection, after, min(limit, MOST), *conditions)
        shown = _shown(context, connection, who, rows)
        if rows:
            about = ("matching", decision)
            details = {"source": source, "rows": len(rows), "first": rows[0].row_hash, "last": rows[-1].row_hash}
            record(context, connection, Line(who.name, LISTED, *about, details=details))
    return shown


def own_answers(context: Context, who: Principal, limit: int = 10) -> list[tuple[str, AnswerShown]]:
    """Somebody's newest answers that stand, each with its row, to take them back by."""
    with context.database.read() as connection:
        return [
            (said.row_hash, shown)
            for said in match_answers.by_whom(connection, who.name, limit)
            if (shown := answer_shown(context, said, who.name)) is not None
        ]


@contextmanager
def _looking(context: Context) -> Iterator[Connection]:
    """A transaction that keeps the look."""
    places_of(context)  # Read before, not while others wait to write.
    with context.database.write() as connection:
        yield connection


def _first(connection: Connection, of: Of, conditions: list[ColumnElement[bool]]) -> list[MatchRow]:
    """The first row under conditions, in the order of what waits."""
    if of == "sample":
        return match_rows.drawn(connection, 1, *conditions)
    return match_rows.listed(connection, "", 1, *conditions)


def _behind(connection: Connection, of: Of, row_hash: str) -> list[ColumnElement[bool]]:
    """The condition that a row stands behind another, which was left for later."""
    if of == "unsure":
        return [MATCH_ROWS.c.row_hash > row_hash]
    row = match_rows.get(connection, row_hash)
    return [MATCH_ROWS.c.draw_place > row.draw_place] if row is not None and row.draw_place is not None else []


def _waits(of: Of) -> list[ColumnElement[bool]]:
    if of == "sample":
        return [MATCH_ROWS.c.draw_place.is_not(None)]
    return [MATCH_ROWS.c.decision == "unsure", MATCH_ROWS.c.person_hash.is_not(None)]


def _looked(context: Context, connection: Connection, who: Principal, row: MatchRow) -> PairShown:
    shown = _shown(context, connection, who, [row])[0]
    looked = Looked.at(persons=[row.person_hash])
    look_up(context, connection, who, LOOKED, ("match_row", row.row_hash), looked, division_code=row.division_code)
    return shown


def _shown(context: Context, connection: Connection, who: Principal, rows: list[MatchRow]) -> list[PairShown]:
    spec, places = in_force(context, connection).spec, places_of(context)
    return [pair_shown(context, spec, places, row, _said(connection, row), who.name) for row in rows]


def _said(connection: Connection, row: MatchRow) -> match_answers.Answered | None:
    if row.row_print is None or row.person_print is None:
        return None
    return match_answers.of_pair(connection, row.row_hash, row.row_print, row.person_print)
