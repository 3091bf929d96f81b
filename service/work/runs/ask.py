"""Ask about payments before they are paid: each question has a deadline, after which the payment releases itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from service.store import jobs, verifications
from service.work.context import Context

RELEASE_DUE: Final = "release_due"
"""The kind of job that releases what nobody decided by its deadline."""

TAKEN: Final = (
    "disbursement_id",
    "run_id",
    "program_id",
    "period",
    "household_id",
    "card_last_four",
    "amount_fen",
    "score",
    "desk",
    "typology",
    "suspect_role",
    "as_of",
    "deadline",
)
"""What a question takes over from the row of `scores`."""


def ask(context: Context, connection: Connection, rows: Sequence[Mapping[str, Any]], *, run: int | None = None) -> None:
    """Ask about payments, in the transaction that keeps their scores.

    `rows` are rows of `scores` (those whose recommendation is not `verify` are passed over), each with its `deadline`;
    a `scope_code` beside `division_code` says where the question is seen where nobody knows the village. A payment
    asked about before as of the same moment keeps its question, its deadline and what was decided.
    """
    asked = [row for row in rows if row["recommendation"] == "verify"]
    if not asked:
        return
    now = context.clock.now()
    verifications.add(
        connection,
        [
            {
                **{name: row[name] for name in TAKEN},
                "division_code": row.get("scope_code") or row["division_code"],
                "run": run,
                "asked_at": now,
            }
            for row in asked
        ],
    )
    jobs.add(connection, RELEASE_DUE, {}, min(row["deadline"] for row in asked), name=RELEASE_DUE)
