"""Payments of a few runs in every state there is, drawn from a seed."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from sqlalchemy import insert

from service.store.payments import PAYMENTS, RUN_FUNDS, STEPS, add_versions
from service.work.context import Context

BEGIN = dt.datetime(2019, 3, 30, 15, 59, 59, 999_999, tzinfo=dt.UTC)
"""A moment before midnight in Sichuan."""
ZONE = dt.timezone(dt.timedelta(hours=8))
VILLAGES = ("519921100204", "519921100205")


def fill(context: Context, seed: int, *, answers: bool) -> None:
    """Payments of two runs and of none, some in several versions (also known in the wrong order or at one moment),
    some made again; with answers of the bank to a few of them, some of which come twice or before the payment."""
    rng = random.Random(seed)  # noqa: S311 - an invented county
    rows: list[dict[str, Any]] = []
    steps: list[dict[str, Any]] = []
    for number in range(60):
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            at = BEGIN + dt.timedelta(hours=rng.choice((0, 0, 1, 7, 24, 100, 300)), microseconds=rng.choice((0, 1)))
            row = {
                "disbursement_id": f"D{number}", "known_at": at, "run_id": rng.choice((None, "R1", "R2")),
                "program_id": rng.choice(("P1", "P2")), "period": "2019-03", "division_code": rng.choice(VILLAGES),
                "application_id": None, "person": "p", "card": "c", "card_last_four": "0001",
                "amount_fen": rng.randrange(1, 10**9), "reissue_of": None,
            }  # fmt: skip
            if number % 9 == 8 and answers:
                row["reissue_of"] = f"D{number - rng.randrange(1, 8)}"
            rows.append(row)
        for _ in range(rng.choice((0, 0, 0, 0, 1, 2)) if answers else 0):
            at = BEGIN + dt.timedelta(hours=rng.choice((-5, 1, 50, 400)))
            fen = rng.choice((None, 1, 10**6))
            stage = rng.choice(("paid", "failed", "returned", "sent"))
            steps.append(
                {"subject": "payment", "subject_id": f"D{number}", "stage": stage, "at": at, "amount_fen": fen}
            )
    steps.append({"subject": "application", "subject_id": "D1", "stage": "paid", "at": BEGIN, "amount_fen": None})
    # One that is answered where none of the others is: looked at by itself, whatever is counted.
    alone = {**rows[0], "disbursement_id": "ALONE", "program_id": "P9", "run_id": None, "reissue_of": None}
    steps.append({"subject": "payment", "subject_id": "ALONE", "stage": "paid", "at": BEGIN, "amount_fen": None})
    funds = {"program_id": "P1", "period": "2019-03", "funds_received_on": dt.date(2019, 3, 1), "until": None}
    with context.database.write() as connection:
        for start in range(0, len(rows), 7):
            add_versions(connection, PAYMENTS, "disbursement_id", rows[start : start + 7])
        add_versions(connection, PAYMENTS, "disbursement_id", [alone])
        connection.execute(insert(STEPS), steps)
        connection.execute(insert(RUN_FUNDS).values(run_id="R1", known_at=BEGIN, **funds))
