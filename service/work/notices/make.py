"""Notices of payments that arrived, in the form recipients know (name, item, period, amount, last four digits), and
that a report was answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection

from service.sealing.column import seal_document
from service.store import jobs, notices
from service.store.notices import NOTICES
from service.store.payments import PAYMENTS
from service.store.payments_of import standing_payments
from service.work.context import Context

KIND: Final = "send_notices"
RECENT: Final = dt.timedelta(days=14)
"""Only what the bank answered lately is told: a history handed over in bulk is no news to anybody."""


_ANSWERED: Final = {
    "zh": "明白：您的惠民补贴查询页面有一条新消息，请登录查看。",
    "en": "Mingbai: there is something new on the page of your payments. Sign in to read it.",
}
"""Says nothing of a report: whoever else holds the phone need not learn that there was one."""


def note_answered(context: Context, connection: Connection, number: str, person: str) -> None:
    """Note that a report was answered, once for each answer; the notice is sent by a job."""
    now = context.clock.now()
    row = {
        "about": f"report:{number}:{now.isoformat()}",
        "kind": "report",
        "person": person,
        "content": seal_document(context.seal, NOTICES.c.content, _ANSWERED),
        "made_at": now,
        "due_at": now,
    }
    if notices.add(connection, [row]):
        jobs.add(connection, KIND, {}, now, name=KIND)


def note_paid(context: Context, connection: Connection, answers: Iterable[Mapping[str, Any]]) -> int:
    """Note that payments arrived, from settlement rows as they come in; the notices are sent by a job. How many."""
    now = context.clock.now()
    paid = {
        row["disbursement_id"]: row["at"]
        for row in answers
        if row["status"] == "paid" and row["at"] is not None and now - RECENT <= row["at"] <= now + RECENT
    }
    if not paid:
        return 0
    found = standing_payments(connection, PAYMENTS.c.disbursement_id.in_(sorted(paid)))
    added = notices.add(
        connection,
        [
            {
                "about": f"payment:{row.disbursement_id}:{paid[row.disbursement_id].isoformat()}",
                "kind": "payment",
                "person": row.person,
                "disbursement_id": row.disbursement_id,
                "made_at": now,
                "due_at": now,
            }
            for row in found
        ],
    )
    if added:
        jobs.add(connection, KIND, {}, now, name=KIND)
    return added
