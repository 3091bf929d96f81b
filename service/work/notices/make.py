"""Notices of payments that arrived: in the form recipients know, name, item, period, amount, last four digits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection

from service.store import jobs, notices
from service.store.payments import PAYMENTS
from service.store.payments_of import standing_payments
from service.work.context import Context

KIND: Final = "send_notices"
RECENT: Final = dt.timedelta(days=14)
"""Only what the bank answered lately is told: a history handed over in bulk is no news to anybody."""


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
