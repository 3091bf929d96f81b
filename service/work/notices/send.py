"""Send what waits, each notice once."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from service.sealing.column import open_text, seal_document
from service.store import jobs, notices, recipients
from service.store.notices import NOTICES
from service.store.payments import PAYMENTS
from service.store.payments_of import standing_payments
from service.store.recipients import RECIPIENTS
from service.work.context import Context
from service.work.jobs import Hold
from service.work.notices.channel import Channel, Notice, channel_of
from service.work.notices.make import KIND

_LOG = logging.getLogger("mingbai.notices")
ATTEMPTS = 6
AT_ONCE = 50


def send_notices(context: Context, _arguments: Mapping[str, Any], hold: Hold) -> None:
    """The job: send until nothing is due, and come back when something that failed is due again."""
    channel = channel_of(context.settings)
    while send_some(context, channel):
        hold.renew()


def send_some(context: Context, channel: Channel) -> bool:
    """Send some notices; False when none was due.

    A notice is handed over inside the transaction that marks it as sent: after a crash in between the channel gets it
    a second time under the same number, never not at all.
    """
    now = context.clock.now()
    with context.database.write() as connection:
        due = notices.waiting(connection, now, AT_ONCE)
        for row in due:
            _send(context, connection, channel, row, now)
    return len(due) == AT_ONCE


def _send(context: Context, connection: Connection, channel: Channel, row: Any, now: dt.datetime) -> None:
    person = recipients.by_person(connection, row.person)
    phone = open_text(context.seal, RECIPIENTS.c.phone, person.phone) if person is not None else None
    if not phone:
        notices.settle(connection, row.notice, state="unreachable", sent_at=now)
        return
    if row.kind == "payment":
        texts = payment_texts(context, connection, row.disbursement_id, person)
    else:
        texts = texts_of(context, row)
    if texts is None:
        notices.settle(connection, row.notice, state="failed", sent_at=now)
        return
    try:
        channel.send(Notice(int(row.notice), phone, *texts))
    except Exception as error:  # Whatever a channel raises, the notice waits and the others go out.
        attempts = int(row.attempts) + 1
        _LOG.warning("notice %d: the channel raised %s, attempt %d", row.notice, type(error).__name__, attempts)
        again = now + dt.timedelta(minutes=2.0**attempts)
        state = "failed" if attempts >= ATTEMPTS else "waiting"
        notices.settle(connection, row.notice, attempts=attempts, due_at=again, state=state)
        if state == "waiting":
            jobs.add(connection, KIND, {}, again, name=KIND)
        return
    content = seal_document(context.seal, NOTICES.c.content, {"zh": texts[0], "en": texts[1]})
    notices.settle(connection, row.notice, state="sent", sent_at=now, channel=channel.name, content=content)


def payment_texts(
    context: Context, connection: Connection, disbursement_id: str, person: Any
) -> tuple[str, str] | None:
    """What is told of a payment that arrived, Chinese and English; None where the payment is gone."""
    found = standing_payments(connection, PAYMENTS.c.disbursement_id == disbursement_id)
    if not found:
        return None
    payment = found[0]
    name = open_text(context.seal, RECIPIENTS.c.name, person.name) or ""
    amount = f"{payment.amount_fen // 100}.{payment.amount_fen % 100:02d}"
    item = payment.item or payment.program_id
    return (
        f"{name}：{item}{payment.period}，{amount}元，已发放至尾号{payment.card_last_four}的一卡通。有疑问请登录查询或反映。",
        f"{name}: {item} {payment.period}, {amount} yuan, paid to the card ending {payment.card_last_four}. "
        "Questions: sign in to look it up or to report.",
    )


def texts_of(context: Context, row: Any) -> tuple[str, str] | None:
    """The texts a notice was made with; None where it has none."""
    from service.sealing.column import open_document

    found = open_document(context.seal, NOTICES.c.content, row.content)
    return None if found is None else (str(found["zh"]), str(found["en"]))
