"""A recipient's own payments, in plain words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, true

from service.access import Principal
from service.store.payment_steps import last_score
from service.store.payments import PAYMENTS
from service.store.payments_of import last_answers, standing_payments
from service.work.audit.record import Line, record
from service.work.context import Context

AT_MOST = 500
SCORED = 24
"""Payments, newest first, that are looked at for a question that was asked."""

STATES = {
    "paid": ("已发放", "paid"),
    "credited_short": ("已发放，到账金额少于应发金额", "paid, less than planned"),
    "failed": ("未发放成功，将重新办理", "did not arrive, to be handed in again"),
    "returned": ("银行退回，将重新办理", "returned by the bank, to be handed in again"),
    "waiting": ("已提交，等待发放", "handed in, waiting for the bank"),
}

ASKED = {
    "department": (
        "发放前请主管部门核对有关信息，这是一个问题，不是对您的结论。",
        "The department was asked to check some facts. This is a question, not a finding about you.",
    ),
    "owed": (
        "已请主管部门核对您是否少领或晚领。",
        "The department was asked whether you received too little or too late.",
    ),
    "discipline": (
        "正在核对这笔钱的经办环节，与您领取资格无关。",
        "How this payment was handled is being checked. It does not concern your entitlement.",
    ),
}
"""What a recipient is told of a question, by desk: never a reason that would warn somebody else or accuse anybody."""


@dataclass(frozen=True, slots=True)
class OwnPayment:
    """One payment as its recipient reads it. Money in fen; `arrived_fen` is what the bank credited, None until then."""

    disbursement_id: str
    program_id: str
    item: str
    period: str
    amount_fen: int
    arrived_fen: int | None
    submitted_at: dt.datetime
    answered_at: dt.datetime | None
    card_last_four: str
    state: str
    asked_zh: str | None
    asked_en: str | None
    deadline: dt.datetime | None


def own_payments(context: Context, principal: Principal) -> list[OwnPayment]:
    """The payments of whoever is signed in, newest first, `AT_MOST` of them. Raises PermissionError for somebody who is
    no recipient."""
    return _payments(context, principal, true(), AT_MOST)


def own_payment(context: Context, principal: Principal, disbursement_id: str) -> OwnPayment | None:
    """One payment of whoever is signed in; None where there is none such of theirs. Raises PermissionError for somebody
    who is no recipient."""
    return next(iter(_payments(context, principal, PAYMENTS.c.disbursement_id == disbursement_id, 1)), None)


def _payments(context: Context, principal: Principal, where: ColumnElement[bool], most: int) -> list[OwnPayment]:
    if principal.person is None or not principal.may("own.read"):
        raise PermissionError("only a recipient has payments of their own")
    now = context.clock.now()
    with context.database.read() as connection:
        found = standing_payments(connection, and_(PAYMENTS.c.person == principal.person, where))[:most]
        answers = last_answers(connection, [row.disbursement_id for row in found])
        scores = {row.disbursement_id: last_score(connection, row.disbursement_id, now) for row in found[:SCORED]}
    made = [_payment(row, answers.get(row.disbursement_id), scores.get(row.disbursement_id)) for row in found]
    with context.database.write() as connection:
        record(
            context,
            connection,
            Line(principal.name, "recipient.look", "recipient", principal.name.removeprefix("recipient-")),
        )
    return made


def _payment(row: Any, answer: Any, score: Any) -> OwnPayment:
    state = "waiting" if answer is None else str(answer.stage)
    arrived = None
    if answer is not None and answer.stage == "paid":
        arrived = int(row.amount_fen if answer.amount_fen is None else answer.amount_fen)
        state = "credited_short" if arrived < row.amount_fen else state
    asked = ASKED.get(score.desk) if score is not None and score.recommendation != "release" else None
    return OwnPayment(
        disbursement_id=row.disbursement_id,
        program_id=row.program_id,
        item=row.item or row.program_id,
        period=row.period,
        amount_fen=row.amount_fen,
        arrived_fen=arrived,
        submitted_at=row.known_at,
        answered_at=answer.at if answer is not None else None,
        card_last_four=row.card_last_four,
        state=state,
        asked_zh=asked[0] if asked else None,
        asked_en=asked[1] if asked else None,
        deadline=score.deadline if asked and answer is None else None,
    )
