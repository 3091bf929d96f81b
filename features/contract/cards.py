"""Cards and passbooks that money can be paid to."""

from __future__ import annotations

from features.contract._schema import Column, Table

TABLE = Table(
    name="cards",
    doc="Cards and passbooks: whose they are, who opened them, and the phone that gets the notices.",
    columns=(
        Column("card_id", "id", True, entity="card", doc="number of the card or passbook"),
        Column("holder_person_id", "id", True, entity="person", doc="the holder"),
        Column("kind", "enum", True, ("social_security", "passbook", "debit", "institution"), doc="kind of card"),
        Column("bank_code", "id", entity="bank", doc="bank that issued it"),
        Column("opened_on", "date", True, doc="day it was opened"),
        Column("opened_by_person_id", "id", entity="person", doc="the proxy who opened it, where not the holder"),
        Column("outlet_id", "id", entity="outlet", doc="outlet where it was opened"),
        Column("activated_on", "date", doc="day of first activation"),
        Column("closed_on", "date", doc="day it was closed"),
        Column("phone", "id", entity="phone", doc="phone bound for notices"),
    ),
    key=("card_id",),
    clock="opened_on",
    in_file_order=True,
    required=True,
    good_rows=(
        {
            "card_id": "6299011000000000017",
            "holder_person_id": "519921195303041232",
            "kind": "social_security",
            "bank_code": "RCU",
            "opened_on": "2018-03-20",
            "opened_by_person_id": "519921198805122458",
            "outlet_id": "RCU011",
            "activated_on": "2018-03-25",
            "closed_on": "",
            "phone": "16082052910",
        },
    ),
    bad_rows=(
        (
            {
                "card_id": "6299011000000000017",
                "holder_person_id": "519921195303041232",
                "kind": "credit",
                "opened_on": "2018-03-20",
            },
            "kind",
            "bad_enum",
        ),
        (
            {
                "card_id": "6299011000000000017",
                "holder_person_id": "519921195303041232",
                "kind": "debit",
                "opened_on": "20180304",
            },
            "opened_on",
            "bad_type",
        ),
        (
            {"card_id": "6299011000000000017", "kind": "debit", "opened_on": "2018-03-20"},
            "holder_person_id",
            "missing",
        ),
    ),
)
