"""Removal of rows whose time is over, in small steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, delete, func, not_, select, tuple_

from service.store import every_table
from service.store._columns import Moment


def moments_of(table: str) -> frozenset[str] | None:
    """The names of a table's moments, of which one says how old a row is; None where there is no such table."""
    found = every_table().tables.get(table)
    return None if found is None else frozenset(c.name for c in found.columns if isinstance(c.type, Moment))


def table_names() -> frozenset[str]:
    """The names of all tables."""
    return frozenset(every_table().tables)


def count_expired(connection: Connection, table: str, after: str, before: dt.datetime, spare: Sequence[str]) -> int:
    """How many rows are past `before` by the moment `after`, without those a condition spares."""
    found = every_table().tables[table]
    return int(connection.execute(select(func.count()).where(_expired(found, after, before, spare))).scalar_one())


def remove_expired(
    connection: Connection, table: str, after: str, before: dt.datetime, spare: Sequence[str], limit: int
) -> int:
    """Remove at most `limit` of them and return how many were removed."""
    found = every_table().tables[table]
    keys = list(found.primary_key)
    old = select(*keys).where(_expired(found, after, before, spare)).limit(limit)
    numbers = [tuple(row) for row in connection.execute(old)]
    if not numbers:
        return 0
    which = keys[0].in_([n[0] for n in numbers]) if len(keys) == 1 else tuple_(*keys).in_(numbers)
    return int(connection.execute(delete(found).where(which)).rowcount)


def _expired(table: Table, after: str, before: dt.datetime, spare: Sequence[str]) -> ColumnElement[bool]:
    """Whether a row's time is over. A row without the moment has none."""
    condition: ColumnElement[bool] = table.c[after] < before
    for name in spare:
        condition &= not_(SPARES[name](table))
    return condition


def _in_open_case(table: Table) -> ColumnElement[bool]:
    """Whether a row's payment is in a case that is open."""
    from service.store.case_members import CASE_MEMBERS

    members = CASE_MEMBERS.c
    return select(members.case_id).where(members.disbursement_id == table.c.disbursement_id, members.active).exists()


SPARES: Final[dict[str, Callable[[Table], Any]]] = {"open_cases": _in_open_case}
"""Conditions that keep a row although its time is over, by name."""
