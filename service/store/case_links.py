"""Links between cases: related, duplicate_of, part_of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Row, Table, Text, delete, or_, select

from service.store._columns import METADATA, Moment
from service.store._new_rows import add_new

CASE_LINKS = Table(
    "case_links",
    METADATA,
    Column("case_id", Text, ForeignKey("cases.case_id"), primary_key=True),
    Column("other_id", Text, ForeignKey("cases.case_id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),
    Index("ix_case_links_other_id", "other_id"),
)


def add(connection: Connection, row: Mapping[str, Any]) -> bool:
    """Add a link; False where it is there already."""
    return add_new(connection, CASE_LINKS, [row]) == 1


def remove(connection: Connection, case_id: str, other_id: str, kind: str) -> bool:
    """Take a link away; False where there is none."""
    gone = delete(CASE_LINKS).where(
        CASE_LINKS.c.case_id == case_id, CASE_LINKS.c.other_id == other_id, CASE_LINKS.c.kind == kind
    )
    return connection.execute(gone).rowcount == 1


def of_case(connection: Connection, case_id: str) -> list[Row[Any]]:
    """Links from and to a case."""
    asked = select(CASE_LINKS).where(or_(CASE_LINKS.c.case_id == case_id, CASE_LINKS.c.other_id == case_id))
    return list(connection.execute(asked.order_by(CASE_LINKS.c.at, CASE_LINKS.c.case_id, CASE_LINKS.c.other_id)))


def reaches(connection: Connection, start: str, target: str, kind: str) -> bool:
    """Whether links of a kind lead from one case to another: a link back would close a circle."""
    seen, waiting = {start}, [start]
    while waiting:
        asked = select(CASE_LINKS.c.other_id).where(CASE_LINKS.c.case_id.in_(waiting), CASE_LINKS.c.kind == kind)
        waiting = [one for one in connection.execute(asked).scalars() if one not in seen]
        seen.update(waiting)
    return target in seen
