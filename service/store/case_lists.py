"""Lists of cases in an order, page by page: each order has an index, a page begins behind the last place of another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from sqlalchemy import BigInteger, Column, ColumnElement, Connection, Row, Select, select, tuple_, type_coerce

from service.clock import micros
from service.store.cases import CASES

Sort = Literal["rank", "due", "amount", "newest", "closed"]
"""`rank`: the order of the queue; `due`: the soonest deadline first; `amount`: the largest first; `newest`: opened last
first; `closed`: closed last first."""

_BY: Final[dict[Sort, tuple[Column[Any], bool]]] = {
    "rank": (CASES.c.rank_key, False),
    "due": (CASES.c.due_at, False),
    "amount": (CASES.c.amount_fen, True),
    "newest": (CASES.c.opened_at, True),
    "closed": (CASES.c.closed_at, True),
}
"""By which column, and whether downwards. Moments are kept as whole numbers."""

Place = tuple[int, str]
"""Where a case stands in an order: the value it is ordered by as it is kept (moments in microseconds), its number."""


def place_of(row: Row[Any], sort: Sort) -> Place:
    """Where a case stands in an order."""
    value = row._mapping[_BY[sort][0].key]
    return (int(value) if isinstance(value, int) else micros(value), str(row.case_id))


def page(
    conditions: Sequence[ColumnElement[bool]], after: Place | None, limit: int, sort: Sort = "rank"
) -> Select[Any]:
    """One page of cases in order, `limit` rows behind `after`, read along the order until it is full. A case without a
    value for the order (no deadline, not closed) is in no page of it."""
    return _ordered(select(CASES).where(*conditions), after, sort).limit(limit)


def places(
    connection: Connection,
    conditions: Sequence[ColumnElement[bool]],
    after: Place | None,
    at_most: int,
    sort: Sort = "rank",
) -> list[Place] | None:
    """The places of cases that meet one selective condition, in order; None where they are more than `at_most`."""
    key, down = _key(sort)
    asked = select(key, CASES.c.case_id).where(*conditions, *_behind(after, sort)).limit(at_most + 1)
    found = [(int(value), str(number)) for value, number in connection.execute(asked)]
    return None if len(found) > at_most else sorted(found, reverse=down)


def first_of(
    connection: Connection,
    numbers: Sequence[Place],
    conditions: Sequence[ColumnElement[bool]],
    limit: int,
    sort: Sort = "rank",
) -> list[Row[Any]]:
    """Of cases at some places, in order, the first `limit` that meet every condition."""
    found: list[Row[Any]] = []
    start, size = 0, 500
    while start < len(numbers) and len(found) < limit:
        few = [number for _, number in numbers[start : start + size]]
        rows = connection.execute(select(CASES).where(CASES.c.case_id.in_(few), *conditions)).all()
        found += sorted(rows, key=lambda row: place_of(row, sort), reverse=_BY[sort][1])
        # Where the first few do not fill a page, few fit: the rest is asked about at once.
        start, size = start + size, 5_000
    return found[:limit]


def _key(sort: Sort) -> tuple[ColumnElement[int], bool]:
    column, down = _BY[sort]
    return type_coerce(column, BigInteger), down


def _ordered(asked: Select[Any], after: Place | None, sort: Sort) -> Select[Any]:
    key, down = _key(sort)
    way = (key.desc(), CASES.c.case_id.desc()) if down else (key, CASES.c.case_id)
    return asked.where(*_behind(after, sort)).order_by(*way)


def _behind(after: Place | None, sort: Sort) -> list[ColumnElement[bool]]:
    key, down = _key(sort)
    given: list[ColumnElement[bool]] = [key.is_not(None)] if _BY[sort][0].nullable else []
    if after is not None:
        here = tuple_(key, CASES.c.case_id)
        given.append(here < tuple_(*after) if down else here > tuple_(*after))
    return given
