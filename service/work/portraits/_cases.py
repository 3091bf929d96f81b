"""Cases as lines of a list, of those whoever asks may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row

from service.access import Principal
from service.store import cases
from service.work.portraits.shapes import CaseLine
from service.work.queue.sight import seen_by

MOST: Final = 20


def case_line(row: Row[Any]) -> CaseLine:
    """A row of `cases` as a line."""
    return CaseLine(
        case_id=row.case_id,
        desk=row.desk,
        typology=row.typology,
        state=row.state,
        is_open=bool(row.is_open),
        amount_fen=int(row.amount_fen),
        member_count=int(row.member_count),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        summary=(row.summary_zh, row.summary_en),
        outcome=None if row.is_open else row.state,
    )


def cases_where(
    connection: Connection, who: Principal, condition: ColumnElement[bool], *, limit: int = MOST
) -> tuple[CaseLine, ...]:
    """Of the cases that meet a condition those somebody may see: open ones first, then those opened last."""
    rows = cases.listed(connection, [condition, *seen_by(connection, who)], limit)
    return tuple(case_line(row) for row in rows)


def seen(connection: Connection, who: Principal, numbers: Sequence[str]) -> set[str]:
    """Of some cases the numbers of those somebody may see."""
    return cases.those(connection, numbers, seen_by(connection, who))
