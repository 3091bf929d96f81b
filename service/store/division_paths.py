"""Which divisions lie under which: the closure of the administrative tree, kept when `divisions` rows come in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Column, Connection, Index, Table, Text, delete, insert, select

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
