"""What the list posted in the village said."""

from __future__ import annotations

from features.contract._schema import Column, Table

TABLE = Table(
    name="notices",
    doc="What the posted list said about an application, and for which days it hung.",
    columns=(
        Column("application_id", "id", True, entity="application", doc="the application"),
        Column("posted_from", "date", True, doc="first day posted"),
        Column("posted_to", "date", doc="last day posted"),
        Column("quantity", "number", doc="quantity on the list"),
        Column("amount", "money", doc="yuan on the list"),
    ),
    clock="posted_from",
    versioned=False,
    lost_without="whether a list was posted, for how long, and whether it says what was paid",
    evidence=("posted_from", "application_id"),
    good_rows=(
        {
            "application_id": "A0001176",
            "posted_from": "2017-10-31",
            "posted_to": "2017-11-07",
            "quantity": "3",
            "amount": "150.00",
        },
    ),
    bad_rows=(
        ({"application_id": "A0001176", "posted_to": "2017-11-07"}, "posted_from", "missing"),
        (
            {"application_id": "A0001176", "posted_from": "2017-10-31", "amount": "150"},
            "amount",
            "bad_type",
        ),
    ),
)
