"""A payment as looks at it begin: in whose division it lies, and that nobody near whoever asks is behind it. Logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_

from service.access import Principal
from service.access.scope import within
from service.store.payment_steps import payment_at
from service.store.payments import PAYMENTS
from service.work.audit.flags import Looked
from service.work.audit.look_up import look_up
from service.work.context import Context
from service.work.portraits.errors import NothingThere
from service.work.portraits.sight import Sight
from service.work.scoring.shown import no_payment_near


@dataclass(frozen=True, slots=True)
class PaymentInSight:
    """A payment somebody may look at, and what they may be told of."""

    row: Row[Any]
    sight: Sight


def payment_in_sight(context: Context, who: Principal, disbursement_id: str, action: str) -> PaymentInSight:
    """A payment to be looked at; `action` stands in the log.

    Raises NothingThere where there is none, it lies outside the divisions, or whoever asks is tied to it; the refusal
    of one that is there is on the log too.
    """
    now = context.clock.now()
    scope = within(who, PAYMENTS.c.division_code)
    with context.database.write() as connection:
        row = payment_at(connection, scope, disbursement_id, now)
        near = row is not None and (
            payment_at(connection, and_(scope, no_payment_near(connection, who)), disbursement_id, now) is None
        )
        if row is not None:
            about, looked = ("payment", disbursement_id), Looked.at(persons=[row.person], divisions=[row.division_code])
            verb = "payment.refused" if near else f"payment.{action}"
            look_up(context, connection, who, verb, about, looked, division_code=row.division_code)
        sight = Sight.of(connection, who)
    if row is None or near:
        raise NothingThere
    return PaymentInSight(row, sight)
