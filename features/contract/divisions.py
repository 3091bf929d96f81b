"""Villages, townships and what stands above them; codes have a life, because villages merge."""

from __future__ import annotations

from features.contract._schema import Column, Table

TABLE = Table(
    name="divisions",
    doc="The administrative tree. Villages and townships merge, so a code has a beginning, an end and a successor.",
    columns=(
        Column("division_code", "id", True, entity="division", doc="12-digit code of the division"),
        Column("parent_code", "id", entity="division", doc="code of the division above; empty at the top"),
        Column("name", "text", True, doc="name of the division"),
        Column(
            "level", "enum", True, ("province", "prefecture", "county", "township", "village"), doc="level in the tree"
        ),
        Column("valid_from", "date", doc="first day the code was in use"),
        Column("valid_to", "date", doc="last day the code was in use"),
        Column("successor_code", "id", entity="division", doc="code that took over when this one ended"),
    ),
    key=("division_code",),
    clock=None,
    required=True,
    versioned=False,
    good_rows=(
        {
            "division_code": "519921100204",
            "parent_code": "519921100000",
            "name": "上岩村",
            "level": "village",
            "valid_from": "1985-01-01",
            "valid_to": "2018-06-30",
            "successor_code": "519921100203",
        },
        {"division_code": "510000000000", "name": "四川省", "level": "province"},
    ),
    bad_rows=(
        ({"division_code": "519921100204", "name": "上岩村", "level": "hamlet"}, "level", "bad_enum"),
        ({"name": "上岩村", "level": "village"}, "division_code", "missing"),
        (
            {"division_code": "519921100204", "name": "上岩村", "level": "village", "valid_to": "2018-06-31"},
            "valid_to",
            "bad_type",
        ),
    ),
)
