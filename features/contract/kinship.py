"""Who is related to whom, and what an official declared beforehand."""

from __future__ import annotations

from features.contract._schema import Column, Table
from features.contract._values import DECLARED_RELATIONS

TABLE = Table(
    name="kinship",
    doc="Family ties between people; `declared` where the official filed the tie beforehand.",
    columns=(
        Column("person_id", "id", True, entity="person", doc="one of the two"),
        Column("relative_id", "id", True, entity="person", doc="the other one"),
        Column("relation", "enum", True, DECLARED_RELATIONS, doc="what the other one is to the first"),
        Column("declared", "bool", doc="filed by the official beforehand"),
        Column("recorded_at", "ts", doc="when the platform learned this row"),
    ),
    clock="recorded_at",
    versioned=False,
    lost_without="kin of officials outside their own household, and what they declared",
    evidence=("relation", "person_id", "relative_id"),
    good_rows=(
        {
            "person_id": "519921195303041232",
            "relative_id": "519921195309190044",
            "relation": "spouse",
            "declared": "true",
            "recorded_at": "2016-08-10T09:45:43+08:00",
        },
    ),
    bad_rows=(
        (
            {
                "person_id": "519921195303041232",
                "relative_id": "519921195309190044",
                "relation": "spouse",
                "declared": "yes",
            },
            "declared",
            "bad_type",
        ),
        (
            {"person_id": "519921195303041232", "relative_id": "519921195309190044", "relation": "cousin"},
            "relation",
            "bad_enum",
        ),
        ({"person_id": "519921195303041232", "relation": "child"}, "relative_id", "missing"),
    ),
)
