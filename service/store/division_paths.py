"""Which divisions lie under which: the closure of the administrative tree, kept when `divisions` rows come in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Select,
    Subquery,
    Table,
    Text,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
)

from service.store._columns import METADATA

DIVISION_PATHS = Table(
    "division_paths",
    METADATA,
    Column("division_code", Text, primary_key=True),
    Column("ancestor_code", Text, primary_key=True),
    Index("ix_division_paths_ancestor_code", "ancestor_code"),
)


def replace(connection: Connection, rows: Iterable[Mapping[str, str | None]]) -> None:
    """Make the closure anew from all division rows (`division_code`, `parent_code`, `successor_code`)."""
    above: dict[str, set[str]] = {}
    for row in rows:
        links = above.setdefault(str(row["division_code"]), set())
        links.update(code for code in (row.get("parent_code"), row.get("successor_code")) if code)
    paths = [{"division_code": code, "ancestor_code": up} for code in above for up in sorted(_all_above(code, above))]
    connection.execute(delete(DIVISION_PATHS))
    for start in range(0, len(paths), 10_000):
        connection.execute(insert(DIVISION_PATHS), paths[start : start + 10_000])


def outside(connection: Connection, codes: Iterable[str], above: Iterable[str]) -> set[str]:
    """Those of `codes` that neither are one of `above` nor lie under one."""
    tops = set(above)
    asked = set(codes) - tops
    inside = select(DIVISION_PATHS.c.division_code).where(
        DIVISION_PATHS.c.division_code.in_(asked), DIVISION_PATHS.c.ancestor_code.in_(tops)
    )
    return asked - {str(row[0]) for row in connection.execute(inside)}


def unknown(code: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition that nobody has told of a division where it lies."""
    path = DIVISION_PATHS.alias()
    return ~exists(select(literal(1)).where(path.c.division_code == code))


def _all_above(code: str, above: Mapping[str, set[str]]) -> set[str]:
    """The division itself and everything it lies under; a circle in the data ends the walk."""
    found = {code}
    waiting = [code]
    while waiting:
        for up in above.get(waiting.pop(), ()):
            if up not in found:
                found.add(up)
                waiting.append(up)
    return found


def around(connection: Connection, code: str) -> set[str]:
    """A division, everything it lies under and everything that lies under it."""
    up = select(DIVISION_PATHS.c.ancestor_code).where(DIVISION_PATHS.c.division_code == code)
    return {code, *connection.execute(up).scalars(), *under(connection, code)}


def knows(connection: Connection, code: str) -> bool:
    """Whether somebody told of a division."""
    asked = select(literal(1)).where(DIVISION_PATHS.c.division_code == code).limit(1)
    return connection.execute(asked).first() is not None


def upwards(connection: Connection, code: str) -> list[str]:
    """A division and everything it lies under, the lowest first: by how much each itself lies under."""
    path, own = DIVISION_PATHS.alias(), DIVISION_PATHS
    asked = (
        select(own.c.ancestor_code, func.count(path.c.ancestor_code))
        .outerjoin(path, path.c.division_code == own.c.ancestor_code)
        .where(own.c.division_code == code)
        .group_by(own.c.ancestor_code)
    )
    found = sorted(connection.execute(asked), key=lambda row: (row[0] != code, -int(row[1]), str(row[0])))
    return [str(row[0]) for row in found] or [code]


def under(connection: Connection, code: str) -> set[str]:
    """Everything that lies under a division, and itself."""
    down = select(DIVISION_PATHS.c.division_code).where(DIVISION_PATHS.c.ancestor_code == code)
    return {code, *connection.execute(down).scalars()}


def those_under(connection: Connection, codes: Iterable[str]) -> set[str]:
    """Everything that lies under any of some divisions, and they themselves."""
    tops = sorted(codes)
    return {*tops, *connection.execute(all_under(tops)).scalars()}


def those_above(connection: Connection, codes: Iterable[str]) -> set[str]:
    """Everything some divisions lie under, and they themselves."""
    wanted = sorted(codes)
    up = select(DIVISION_PATHS.c.ancestor_code).where(DIVISION_PATHS.c.division_code.in_(wanted))
    return {*wanted, *connection.execute(up).scalars()}


def all_under(codes: Iterable[str]) -> Select[tuple[str]]:
    """Everything that lies under any of some divisions, as a subquery."""
    return select(DIVISION_PATHS.c.division_code).where(DIVISION_PATHS.c.ancestor_code.in_(sorted(codes)))


def place_of(codes: Iterable[str]) -> Subquery:
    """`division_code` and `place`: each division under one of some with the one it lies under; itself among them. One
    that was merged lies where it went and where it was: it is told once."""
    path = DIVISION_PATHS
    asked = select(path.c.division_code, func.min(path.c.ancestor_code).label("place"))
    return asked.where(path.c.ancestor_code.in_(sorted(codes))).group_by(path.c.division_code).subquery()


def places_under(connection: Connection, codes: Iterable[str]) -> dict[str, str]:
    """The same, read: by division, which of some divisions it lies under."""
    place = place_of(codes)
    return {str(code): str(above) for code, above in connection.execute(select(place))}


def few_under(connection: Connection, codes: Iterable[str], at_most: int) -> bool:
    """Whether at most so many divisions lie under some divisions; looks no further than it has to."""
    inner = all_under(codes).limit(at_most + 1).subquery()
    return int(connection.execute(select(func.count()).select_from(inner)).scalar_one()) <= at_most


def nearest_above(connection: Connection, codes: Iterable[str]) -> str | None:
    """The lowest division that holds all of some divisions, leaving out those nobody knows; None where none does.

    Of the divisions they all lie under, the one that itself lies under most.
    """
    wanted = sorted(set(codes))
    known: set[str] = set()
    for start in range(0, len(wanted), 500):
        itself = select(DIVISION_PATHS.c.division_code).where(
            DIVISION_PATHS.c.division_code.in_(wanted[start : start + 500]),
            DIVISION_PATHS.c.ancestor_code == DIVISION_PATHS.c.division_code,
        )
        known.update(connection.execute(itself).scalars())
    wanted = sorted(known)
    shared: set[str] | None = None
    for start in range(0, len(wanted), 500):
        few = wanted[start : start + 500]
        asked = select(DIVISION_PATHS.c.ancestor_code).where(DIVISION_PATHS.c.division_code.in_(few))
        counted = asked.group_by(DIVISION_PATHS.c.ancestor_code).having(func.count() == len(few))
        found = set(connection.execute(counted).scalars())
        shared = found if shared is None else shared & found
    if not shared:
        return None
    depth = (
        select(DIVISION_PATHS.c.division_code, func.count())
        .where(DIVISION_PATHS.c.division_code.in_(sorted(shared)))
        .group_by(DIVISION_PATHS.c.division_code)
    )
    return str(max(connection.execute(depth), key=lambda row: (int(row[1]), str(row[0])))[0])
