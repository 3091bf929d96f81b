"""What an item pays per unit, where and since when."""

from __future__ import annotations

from features.contract._schema import Column, Table

TABLE = Table(
    name="program_rates",
    doc="The rate of an item per unit and period, by division and grade, with the dates between which it holds.",
    columns=(
        Column("program_id", "id", True, entity="program", doc="the item"),
        Column("division_code", "id", entity="division", doc="where it holds, this division and below; empty: all"),
        Column("grade", "int", doc="grade it holds for; empty: every grade"),
        Column("rate", "money", True, doc="yuan per unit and period"),
        Column("tolerance", "number", doc="deviation allowed, as a fraction; empty: none"),
        Column("valid_from", "date", True, doc="first day of the rate"),
        Column("valid_to", "date", doc="last day of the rate"),
    ),
    clock=None,
    versioned=False,
    lost_without="whether an amount is the rate times the quantity",
    evidence=("valid_from", "program_id"),
    good_rows=(
        {
            "program_id": "P02",
            "division_code": "519921000000",
            "grade": "2",
            "rate": "82.35",
            "tolerance": "0.0001",
            "valid_from": "2017-01-01",
            "valid_to": "2017-12-31",
        },
    ),
    bad_rows=(
        ({"program_id": "P02", "rate": "abc", "valid_from": "2017-01-01"}, "rate", "bad_type"),
        ({"program_id": "P02", "rate": "82.35"}, "valid_from", "missing"),
        (
            {"program_id": "P02", "rate": "82.35", "tolerance": "1%", "valid_from": "2017-01-01"},
            "tolerance",
            "bad_type",
        ),
    ),
)
