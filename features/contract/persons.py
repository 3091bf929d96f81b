"""The people the register knows, with the household and village they belong to."""

from __future__ import annotations

from features.contract._schema import Column, Table

TABLE = Table(
    name="persons",
    doc="The people in the register. A later row for the same person is a correction or a move.",
    columns=(
        Column("person_id", "id", True, entity="person", doc="18-character identity number, or an agreed pseudonym"),
        Column("name", "text", True, entity="name", doc="name as registered"),
        Column("sex", "enum", values=("M", "F"), doc="sex as registered; never an input of a model"),
        Column("birth_date", "date", doc="date of birth as registered"),
        Column("household_id", "id", entity="household", doc="household the person belongs to"),
        Column("division_code", "id", True, entity="division", doc="village of registration"),
        Column(
            "relation_to_head",
            "enum",
            values=(
                "head",
                "spouse",
                "child",
                "parent",
                "sibling",
                "grandchild",
                "grandparent",
                "in_law",
                "other",
            ),
            doc="relation to the head of the household",
        ),
        Column("phone", "id", entity="phone", doc="phone number left with the register"),
        Column("recorded_at", "ts", doc="when the platform learned this row"),
    ),
    key=("person_id",),
    clock="recorded_at",
    required=True,
    good_rows=(
        {
            "person_id": "519921195303041232",
            "name": "刘学福",
            "sex": "M",
            "birth_date": "1953-03-04",
            "household_id": "H211002068812",
            "division_code": "519921100204",
            "relation_to_head": "head",
            "phone": "16447359171",
            "recorded_at": "2016-06-26T08:02:45+08:00",
        },
        {"person_id": "519921530304123", "name": "刘学福", "division_code": "519921100204"},
    ),
    bad_rows=(
        ({"person_id": "519921195303041232", "division_code": "519921100204"}, "name", "missing"),
        (
            {"person_id": "519921195303041232", "name": "刘学福", "division_code": "519921100204", "sex": "男"},
            "sex",
            "bad_enum",
        ),
        (
            {
                "person_id": "519921195303041232",
                "name": "刘学福",
                "division_code": "519921100204",
                "birth_date": "1953/3/4",
            },
            "birth_date",
            "bad_type",
        ),
    ),
)
