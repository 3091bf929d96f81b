"""Registered land, stock and machines behind items paid per unit."""

from __future__ import annotations

from features.contract._schema import Column, Table

TABLE = Table(
    name="holdings",
    doc="Registered land and stock. Joint owners share a parcel, so one holding may stand under several households.",
    columns=(
        Column("holding_id", "id", True, entity="holding", doc="number of the parcel, herd or machine"),
        Column("household_id", "id", True, entity="household", doc="household that holds it"),
        Column("kind", "enum", True, ("arable", "forest", "grassland", "livestock", "machine"), doc="what is held"),
        Column("quantity", "number", True, doc="how much: mu, head or pieces"),
        Column("valid_from", "date", True, doc="first day held"),
        Column("valid_to", "date", doc="last day held"),
        Column("recorded_at", "ts", doc="when the platform learned this row"),
    ),
    key=("valid_from", "household_id", "holding_id"),
    clock="recorded_at",
    lost_without="the registered quantity that bounds what may be paid for land, stock and machines",
    good_rows=(
        {
            "holding_id": "L10721470",
            "household_id": "H211002068812",
            "kind": "arable",
            "quantity": "2.8",
            "valid_from": "2006-05-06",
            "valid_to": "",
            "recorded_at": "2006-07-05T16:05:11+08:00",
        },
    ),
    bad_rows=(
        (
            {
                "holding_id": "L10721470",
                "household_id": "H211002068812",
                "kind": "arable",
                "quantity": "约3亩",
                "valid_from": "2006-05-06",
            },
            "quantity",
            "bad_type",
        ),
        (
            {
                "holding_id": "L10721470",
                "household_id": "H211002068812",
                "kind": "pond",
                "quantity": "2",
                "valid_from": "2006-05-06",
            },
            "kind",
            "bad_enum",
        ),
    ),
)
