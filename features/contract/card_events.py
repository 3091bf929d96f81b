"""What happened to a card: activation, phone changes, replacements, devices, custody."""

from __future__ import annotations

from features.contract._schema import Column, Table

TABLE = Table(
    name="card_events",
    doc="The life of a card: activated, phone changed, replaced, frozen, device bound, handed to a proxy.",
    columns=(
        Column("event_id", "id", True, entity="event", doc="number of the event"),
        Column("card_id", "id", True, entity="card", doc="the card"),
        Column("at", "ts", True, doc="when it happened"),
        Column(
            "kind",
            "enum",
            True,
            (
                "activated",
                "phone_changed",
                "pin_reset",
                "replaced",
                "reported_lost",
                "frozen",
                "closed",
                "payee_registered",
                "device_bound",
                "handed_to_proxy",
            ),
            doc="what happened",
        ),
        Column("value", "text", entity="event_value", doc="new phone, replacing card, program or device"),
        Column("actor_person_id", "id", entity="person", doc="who did it"),
        Column("outlet_id", "id", entity="outlet", doc="outlet where it was done"),
    ),
    key=("event_id",),
    clock="at",
    in_file_order=True,
    lost_without="phone changes, replacements, bound devices and cards handed to a proxy",
    good_rows=(
        {
            "event_id": "E0000014",
            "card_id": "6299011000000000017",
            "at": "2018-03-25T09:01:31+08:00",
            "kind": "phone_changed",
            "value": "16082052911",
            "actor_person_id": "519921198805122458",
            "outlet_id": "RCU011",
        },
    ),
    bad_rows=(
        (
            {"event_id": "E0000014", "card_id": "6299011000000000017", "at": "2018-03-25", "kind": "activated"},
            "at",
            "bad_type",
        ),
        (
            {
                "event_id": "E0000014",
                "card_id": "6299011000000000017",
                "at": "2018-03-25T09:01:31+08:00",
                "kind": "lost",
            },
            "kind",
            "bad_enum",
        ),
    ),
)
