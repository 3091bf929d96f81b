"""Certificates that items depend on: disability, veteran, forest right, single parent."""

from __future__ import annotations

from features.contract._schema import Column, Table

TABLE = Table(
    name="certificates",
    doc="Certificates that entitle to an item, with grade and validity.",
    columns=(
        Column("person_id", "id", True, entity="person", doc="holder of the certificate"),
        Column(
            "kind",
            "enum",
            True,
            ("disability", "veteran", "forest_right", "single_parent", "other"),
            doc="kind of certificate",
        ),
        Column("grade", "int", doc="grade; 1 is the heaviest"),
        Column("valid_from", "date", True, doc="first day of validity"),
        Column("valid_to", "date", doc="last day of validity"),
        Column("recorded_at", "ts", doc="when the platform learned this row"),
    ),
    clock="recorded_at",
    versioned=False,
    lost_without="whether the certificate an item asks for exists, is valid and has the right grade",
    evidence=("kind", "valid_from", "person_id"),
    good_rows=(
        {
            "person_id": "519921195303041232",
            "kind": "disability",
            "grade": "2",
            "valid_from": "2013-04-15",
            "valid_to": "2023-04-14",
            "recorded_at": "2016-07-26T10:25:09+08:00",
        },
    ),
    bad_rows=(
        (
            {"person_id": "519921195303041232", "kind": "disability", "grade": "二级", "valid_from": "2013-04-15"},
            "grade",
            "bad_type",
        ),
        ({"person_id": "519921195303041232", "kind": "disability"}, "valid_from", "missing"),
    ),
)
