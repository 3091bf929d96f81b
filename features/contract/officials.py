"""Everybody who handles a stage, a list or a card in an official role."""

from __future__ import annotations

from features.contract._schema import Column, Table

TABLE = Table(
    name="officials",
    doc="People who handle a stage, a list or a card in an official role, and since when they hold the post.",
    columns=(
        Column("official_id", "id", True, entity="official", doc="number of the official"),
        Column("person_id", "id", entity="person", doc="the same person in the register"),
        Column("name", "text", True, entity="name", doc="name of the official"),
        Column(
            "post",
            "enum",
            True,
            (
                "village_secretary",
                "village_director",
                "village_accountant",
                "village_group_leader",
                "township_clerk",
                "township_leader",
                "county_reviewer",
                "finance_officer",
                "bank_clerk",
                "bank_agent",
            ),
            doc="post held",
        ),
        Column("division_code", "id", entity="division", doc="division the post belongs to"),
        Column("from_date", "date", doc="first day in the post"),
        Column("to_date", "date", doc="last day in the post"),
    ),
    key=("official_id",),
    clock="from_date",
    lost_without="who stands behind an official number: post, village, term of office, and kin of officials",
    good_rows=(
        {
            "official_id": "O10056",
            "person_id": "519921195309190044",
            "name": "李波伟",
            "post": "village_secretary",
            "division_code": "519921100204",
            "from_date": "2006-01-20",
            "to_date": "",
        },
    ),
    bad_rows=(
        ({"official_id": "O10056", "name": "李波伟", "post": "mayor"}, "post", "bad_enum"),
        ({"official_id": "O10056", "post": "bank_agent"}, "name", "missing"),
    ),
)
