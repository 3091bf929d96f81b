"""Payments as their recipient reads them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from service.store.payment_sums import ANSWERS
from service.store.payments import ITEMS, PAYMENTS, STEPS


def standing_payments(connection: Connection, where: ColumnElement[bool]) -> list[Row[Any]]:
    """Versions that stand now and meet a condition, with the name of the item; newest first."""
    asked = (
        select(PAYMENTS, ITEMS.c.name.label("item"))
        .outerjoin(ITEMS, ITEMS.c.program_id == PAYMENTS.c.program_id)
        .where(where, PAYMENTS.c.until.is_(None))
        .order_by(PAYMENTS.c.known_at.desc(), PAYMENTS.c.payment.desc())
    )
    return list(connection.execute(asked))


def those(connection: Connection, ids: Sequence[str], *conditions: ColumnElement[bool]) -> dict[str, Row[Any]]:
    """Of some payments the versions that stand now and meet conditions, with the name of the item, by number."""
    found: dict[str, Row[Any]] = {}
    for start in range(0, len(ids), 500):
        few = PAYMENTS.c.disbursement_id.in_(list(ids[start : start + 500]))
        asked = select(PAYMENTS, ITEMS.c.name.label("item")).outerjoin(
            ITEMS, ITEMS.c.program_id == PAYMENTS.c.program_id
        )
        rows = connection.execute(asked.where(few, PAYMENTS.c.until.is_(None), *conditions))
        found.update((str(row.disbursement_id), row) for row in rows)
    return found


def page_standing(
    connection: Connection, where: ColumnElement[bool], after: tuple[dt.datetime, str] | None, limit: int
) -> list[tuple[str, dt.datetime]]:
    """Number and moment of payments that stand now and meet a condition, newest first, behind a moment and number."""
    asked = select(PAYMENTS.c.disbursement_id, PAYMENTS.c.known_at).where(where, PAYMENTS.c.until.is_(None))
    if after is not None:
        same = and_(PAYMENTS.c.known_at == after[0], PAYMENTS.c.disbursement_id > after[1])
        asked = asked.where(or_(PAYMENTS.c.known_at < after[0], same))
    asked = asked.order_by(PAYMENTS.c.known_at.desc(), PAYMENTS.c.disbursement_id).limit(limit)
    return [(str(row.disbursement_id), row.known_at) for row in connection.execute(asked)]


def last_answers(connection: Connection, disbursement_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """The bank's last answer to each payment."""
    ranked = (
        select(
            STEPS.c.subject_id,
            STEPS.c.stage,
            STEPS.c.at,
            STEPS.c.amount_fen,
            func.row_number()
            .over(partition_by=STEPS.c.subject_id, order_by=(STEPS.c.at.desc(), STEPS.c.step.desc()))
            .label("n"),
        )
        .where(
            and_(
                STEPS.c.subject == "payment", STEPS.c.stage.in_(ANSWERS), STEPS.c.subject_id.in_(list(disbursement_ids))
            )
        )
        .subquery()
    )
    return {row.subject_id: row for row in connection.execute(select(ranked).where(ranked.c.n == 1))}
