"""Planned payments: one line of a roster, to one card."""

from __future__ import annotations

from features.contract._schema import Column, Table

TABLE = Table(
    name="disbursements",
    doc="One planned payment to one card. This is what is scored.",
    columns=(
        Column("disbursement_id", "id", True, entity="disbursement", doc="number of the payment"),
        Column("run_id", "id", entity="run", doc="payment run it belongs to"),
        Column("line_no", "int", doc="line on the roster"),
        Column("program_id", "id", True, entity="program", doc="the item paid"),
        Column("application_id", "id", entity="application", doc="application it rests on"),
        Column("period", "period", True, doc="period paid for"),
        Column("person_id", "id", True, entity="person", doc="the beneficiary"),
        Column("household_id", "id", entity="household", doc="household of the beneficiary"),
        Column("payee_name", "text", entity="name", doc="name on the roster"),
        Column("card_id", "id", True, entity="card", doc="card paid to"),
        Column("quantity", "number", doc="quantity paid for"),
        Column("amount", "money", True, doc="yuan to be paid"),
        Column("division_code", "id", True, entity="division", doc="village"),
        Column("prepared_by", "id", entity="official", doc="official who prepared the line"),
        Column("reissue_of", "id", entity="disbursement", doc="returned payment this one replaces"),
        Column("submitted_at", "ts", True, doc="when it was submitted for payment"),
    ),
    key=("disbursement_id",),
    clock="submitted_at",
    required=True,
    good_rows=(
        {
            "disbursement_id": "D00004283",
            "run_id": "R00179",
            "line_no": "2",
            "program_id": "P02",
            "application_id": "A0001176",
            "period": "2018-09",
            "person_id": "519921195303041232",
            "household_id": "H211002068812",
            "payee_name": "刘学福",
            "card_id": "6299011000000000017",
            "quantity": "1",
            "amount": "546.00",
            "division_code": "519921100204",
            "prepared_by": "O10056",
            "reissue_of": "",
            "submitted_at": "2018-09-06T10:51:33+08:00",
        },
    ),
    bad_rows=(
        (
            {
                "disbursement_id": "D00004283",
                "program_id": "P02",
                "period": "2018-09",
                "person_id": "519921195303041232",
                "card_id": "6299011000000000017",
                "amount": "1,396.85",
                "division_code": "519921100204",
                "submitted_at": "2018-09-06T10:51:33+08:00",
            },
            "amount",
            "bad_type",
        ),
        (
            {
                "disbursement_id": "D00004283",
                "program_id": "P02",
                "period": "2018-09",
                "person_id": "519921195303041232",
                "card_id": "6299011000000000017",
                "division_code": "519921100204",
                "submitted_at": "2018-09-06T10:51:33+08:00",
            },
            "amount",
            "missing",
        ),
        (
            {
                "disbursement_id": "D00004283",
                "program_id": "P02",
                "period": "2018-09",
                "person_id": "519921195303041232" * 4,
                "card_id": "6299011000000000017",
                "amount": "546.00",
                "division_code": "519921100204",
                "submitted_at": "2018-09-06T10:51:33+08:00",
            },
            "person_id",
            "bad_type",
        ),
    ),
)
