"""Queries on one payment's way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from service.store.payments import PAYMENTS, STEPS, standing
from service.store.scores import SCORES


def payment_at(
    connection: Connection, scope: ColumnElement[bool], disbursement_id: str, at: dt.datetime
) -> Row[Any] | None:
    """The version of a payment that stood at a moment and meets a condition on `PAYMENTS`."""
    asked = select(PAYMENTS).where(
        PAYMENTS.c.disbursement_id == disbursement_id,
        standing(PAYMENTS, at),
        scope,
    )
    return connection.execute(asked).first()


def payments_again(connection: Connection, disbursement_id: str, at: dt.datetime) -> list[Row[Any]]:
    """Payments made in place of a returned one, known by a moment, oldest first."""
    asked = select(PAYMENTS).where(PAYMENTS.c.reissue_of == disbursement_id, standing(PAYMENTS, at))
    return list(connection.execute(asked.order_by(PAYMENTS.c.known_at)))


def steps_of(connection: Connection, subjects: Sequence[tuple[str, str]], at: dt.datetime) -> list[Row[Any]]:
    """Steps of several subjects by a moment, oldest first."""
    any_of = or_(*(and_(STEPS.c.subject == kind, STEPS.c.subject_id == number) for kind, number in subjects))
    return list(connection.execute(select(STEPS).where(any_of, STEPS.c.at <= at).order_by(STEPS.c.at, STEPS.c.step)))


def last_score(connection: Connection, disbursement_id: str, at: dt.datetime) -> Any:
    """What the newest score made by a moment says: `recommendation`, `desk`, `deadline`, `scored_at`; None for none."""
    asked = (
        select(SCORES.c.recommendation, SCORES.c.desk, SCORES.c.deadline, SCORES.c.scored_at)
        .where(SCORES.c.disbursement_id == disbursement_id, SCORES.c.scored_at <= at)
        .order_by(SCORES.c.score_id.desc())
        .limit(1)
    )
    return connection.execute(asked).first()
