"""Scope by division, applied in one place: a condition that every query over rows with a division carries.

`division_paths` holds every division with each of its ancestors and itself, and where a division was merged away also
the ancestors of its successor: a village's old rows stay visible to whoever answers for the place today.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, exists, literal, select, true

from service.access.principal import Principal
from service.store.division_paths import DIVISION_PATHS


def within(principal: Principal, division_code: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition that a row's division lies in the principal's scope.

    A row without a division (NULL) or with one nobody knows is seen by nobody but those who see everywhere.
    """
    if principal.sees_everywhere:
        return true()
    path = DIVISION_PATHS.alias()
    return exists(
        select(literal(1)).where(path.c.division_code == division_code, path.c.ancestor_code.in_(principal.divisions))
    )


def under(division_code: str, column: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition that a row's division is `division_code` or lies under it: narrows, and never replaces `within`."""
    path = DIVISION_PATHS.alias()
    return exists(select(literal(1)).where(path.c.division_code == column, path.c.ancestor_code == division_code))
