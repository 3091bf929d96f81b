"""When payments and their applications passed each stage, of a sample where there are many."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from service.store.payments import PAYMENTS, RUN_FUNDS, STEPS, standing

AT_ONCE = 500


def sample(
    connection: Connection, where: ColumnElement[bool], at: dt.datetime | None, most: int
) -> tuple[list[Row[Any]], int]:
    """`disbursement_id, application_id, run_id, known_at` of at most about `most` payments that meet a condition on
    PAYMENTS and stood at a moment (None: now), spread evenly over all of them; and how many there are."""
    met = (where, standing(PAYMENTS, at), PAYMENTS.c.reissue_of.is_(None))
    total = int(connection.execute(select(func.count()).select_from(PAYMENTS).where(*met)).scalar_one())
    columns = (PAYMENTS.c.disbursement_id, PAYMENTS.c.application_id, PAYMENTS.c.run_id, PAYMENTS.c.known_at)
    asked = select(*columns).where(*met)
    if total > most:
        asked = asked.where(PAYMENTS.c.payment % (total // most + 1) == 0)
    return list(connection.execute(asked.limit(most * 2))), total


def first_steps(
    connection: Connection, subject: str, ids: Sequence[str], at: dt.datetime | None
) -> dict[str, dict[str, dt.datetime]]:
    """When each of some applications, payments or runs first came to each stage by a moment."""
    found: dict[str, dict[str, dt.datetime]] = {}
    for start in range(0, len(ids), AT_ONCE):
        asked = select(STEPS.c.subject_id, STEPS.c.stage, func.min(STEPS.c.at).label("at"))
        asked = asked.where(STEPS.c.subject == subject, STEPS.c.subject_id.in_(ids[start : start + AT_ONCE]))
        if at is not None:
            asked = asked.where(STEPS.c.at <= at)
        for row in connection.execute(asked.group_by(STEPS.c.subject_id, STEPS.c.stage)):
            found.setdefault(str(row.subject_id), {})[str(row.stage)] = row.at
    return found


def funds_days(connection: Connection, runs: Sequence[str], at: dt.datetime | None) -> dict[str, dt.date]:
    """The day the funds of each run came, as known at a moment."""
    found: dict[str, dt.date] = {}
    for start in range(0, len(runs), AT_ONCE):
        asked = select(RUN_FUNDS.c.run_id, RUN_FUNDS.c.funds_received_on).where(
            RUN_FUNDS.c.run_id.in_(runs[start : start + AT_ONCE]), standing(RUN_FUNDS, at)
        )
        found |= {str(run): day for run, day in connection.execute(asked) if day is not None}
    return found
