"""Households, with the category the civil affairs department put them in."""

from __future__ import annotations

from features.contract._schema import Column, Table

TABLE = Table(
    name="households",
    doc="Households and their category. A later row for the same household is a regrade or a move.",
    columns=(
        Column("household_id", "id", True, entity="household", doc="number of the household"),
        Column("division_code", "id", True, entity="division", doc="village of the household"),
        Column(
            "category",
            "enum",
            values=("general", "low_income", "extreme_poverty", "lifted_from_poverty"),
            doc="poverty category",
        ),
        Column("recorded_at", "ts", doc="when the platform learned this row"),
    ),
    key=("household_id",),
    clock="recorded_at",
    lost_without="a household's poverty category, its moves and when it was created",
    good_rows=(
        {
            "household_id": "H211002068812",
            "division_code": "519921100204",
            "category": "low_income",
            "recorded_at": "2016-06-28T10:11:04+08:00",
        },
    ),
    bad_rows=(
        (
            {"household_id": "H211002068812", "division_code": "519921100204", "category": "poor"},
            "category",
            "bad_enum",
        ),
        ({"household_id": "H211002068812", "category": "general"}, "division_code", "missing"),
    ),
)
