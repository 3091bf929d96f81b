"""What the bank answered about a payment."""

from __future__ import annotations

from features.contract._schema import Column, Table

TABLE = Table(
    name="settlements",
    doc="The bank's answer: paid, failed or returned, and what was credited.",
    columns=(
        Column("disbursement_id", "id", True, entity="disbursement", doc="the payment"),
        Column("status", "enum", True, ("paid", "failed", "returned"), doc="what became of it"),
        Column("amount", "money", doc="yuan credited"),
        Column("at", "ts", True, doc="when the bank answered"),
        Column("reason", "text", doc="the bank's reason for a failure or return"),
    ),
    key=("disbursement_id",),
    clock="at",
    lost_without="whether a payment arrived, in full, and when; returned payments",
    good_rows=(
        {
            "disbursement_id": "D00004283",
            "status": "returned",
            "amount": "0.00",
            "at": "2018-09-07T10:22:23+08:00",
            "reason": "账户已销户",
        },
    ),
    bad_rows=(
        (
            {"disbursement_id": "D00004283", "status": "PAID", "at": "2018-09-07T10:22:23+08:00"},
            "status",
            "bad_enum",
        ),
        ({"disbursement_id": "D00004283", "status": "paid", "at": "45012"}, "at", "bad_type"),
    ),
)
