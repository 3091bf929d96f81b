"""What banks share of card activity."""

from __future__ import annotations

from features.contract._schema import Column, Table

TABLE = Table(
    name="card_transactions",
    doc="Card activity as far as banks share it: withdrawals, transfers, purchases.",
    columns=(
        Column("transaction_id", "id", True, entity="transaction", doc="number of the transaction"),
        Column("card_id", "id", True, entity="card", doc="the card"),
        Column("at", "ts", True, doc="when it happened"),
        Column(
            "kind",
            "enum",
            True,
            ("cash_withdrawal", "transfer_out", "transfer_in", "purchase"),
            doc="what happened",
        ),
        Column("amount", "money", True, doc="yuan moved"),
        Column("outlet_id", "id", entity="outlet", doc="machine, counter or village agent point"),
        Column("counterparty_card_id", "id", entity="card", doc="the other card of a transfer"),
    ),
    key=("transaction_id",),
    clock="at",
    in_file_order=True,
    lost_without="where the money went after it was paid: serial withdrawals, sweeps, dormant cards",
    good_rows=(
        {
            "transaction_id": "X00000028",
            "card_id": "6299011000000000017",
            "at": "2019-01-12T10:50:56+08:00",
            "kind": "transfer_out",
            "amount": "50.00",
            "outlet_id": "OUT93152",
            "counterparty_card_id": "6299011000000000025",
        },
    ),
    bad_rows=(
        (
            {
                "transaction_id": "X00000028",
                "card_id": "6299011000000000017",
                "at": "2019-01-12T10:50:56+08:00",
                "kind": "cash_withdrawal",
                "amount": "1.2e3",
            },
            "amount",
            "bad_type",
        ),
        (
            {
                "transaction_id": "X00000028",
                "card_id": "6299011000000000017",
                "at": "2019-01-12T10:50:56+08:00",
                "kind": "withdrawal",
                "amount": "50.00",
            },
            "kind",
            "bad_enum",
        ),
    ),
)
