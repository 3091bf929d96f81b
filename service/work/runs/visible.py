"""Which runs, and which rows of a run, are for somebody to see."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from service.access import Principal
from service.access.scope import within
from service.store.runs import RUNS


def visible(who: Principal) -> ColumnElement[bool]:
    """The condition that a run is for somebody to see: it lies in their divisions, or nobody knows yet where it lies
    and they sent it."""
    own = and_(RUNS.c.division_code.is_(None), RUNS.c.sent_by_id == who.account_id)
    return or_(within(who, RUNS.c.division_code), own)


def visible_row(who: Principal, scope_code: ColumnElement[Any]) -> ColumnElement[bool]:
    """The same for rows of a run that is `visible`. A row without a place to be seen under is one of a run without:
    whoever may see the run may see it."""
    return or_(within(who, scope_code), scope_code.is_(None))
