"""The public catalogue of subsidy items and their conditions."""

from __future__ import annotations

from features.contract._schema import Column, Table

TABLE = Table(
    name="programs",
    doc="The public catalogue of subsidy items: who may receive them, how often, and under which conditions.",
    columns=(
        Column("program_id", "id", True, entity="program", doc="number of the item"),
        Column("name", "text", True, doc="name of the item"),
        Column("department", "text", doc="department responsible for it"),
        Column("category", "text", doc="group of items, such as land or allowance"),
        Column("paid_per", "enum", True, ("person", "household"), doc="who is the unit of payment"),
        Column(
            "quantity_unit", "enum", True, ("mu", "person", "head", "month", "item"), doc="what the quantity counts"
        ),
        Column("frequency", "enum", True, ("monthly", "quarterly", "annual", "one_off"), doc="how often it is paid"),
        Column("means_tested", "bool", doc="only for households below a means limit"),
        Column("min_age", "int", doc="youngest age, in years"),
        Column("max_age", "int", doc="oldest age, in years"),
        Column("living_only", "bool", doc="ends with the death of the person"),
        Column("bars_public_payroll", "bool", doc="closed to people on the public payroll"),
        Column("exclusive_with", "list", entity="program", doc="items that cannot be drawn together with it"),
        Column("once_per_household", "bool", doc="once only in a household"),
        Column("max_quantity", "number", doc="largest quantity of one payment"),
        Column("holding_kind", "text", doc="kind of holding that bounds the quantity"),
        Column("certificate_kind", "text", doc="kind of certificate it needs"),
        Column("max_grade", "int", doc="lightest grade of the certificate that still qualifies"),
        Column("notice_days", "int", doc="days the list must be posted"),
        Column("release_limit_days", "int", doc="days from funds received to paid"),
        Column("township_limit", "money", doc="up to here the township may determine alone"),
    ),
    key=("program_id",),
    clock=None,
    required=True,
    versioned=False,
    good_rows=(
        {
            "program_id": "P02",
            "name": "草原禁牧补助",
            "department": "林业和草原局",
            "category": "land",
            "paid_per": "household",
            "quantity_unit": "mu",
            "frequency": "annual",
            "means_tested": "false",
            "min_age": "18",
            "max_age": "",
            "living_only": "false",
            "bars_public_payroll": "false",
            "exclusive_with": "P03|P04",
            "once_per_household": "false",
            "max_quantity": "500",
            "holding_kind": "grassland",
            "certificate_kind": "",
            "max_grade": "",
            "notice_days": "7",
            "release_limit_days": "30",
            "township_limit": "2000.00",
        },
    ),
    bad_rows=(
        (
            {
                "program_id": "P02",
                "name": "草原禁牧补助",
                "paid_per": "village",
                "quantity_unit": "mu",
                "frequency": "annual",
            },
            "paid_per",
            "bad_enum",
        ),
        (
            {
                "program_id": "P02",
                "name": "草原禁牧补助",
                "paid_per": "household",
                "quantity_unit": "mu",
                "frequency": "annual",
                "notice_days": "7天",
            },
            "notice_days",
            "bad_type",
        ),
    ),
)
