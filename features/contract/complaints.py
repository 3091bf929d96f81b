"""What people reported."""

from __future__ import annotations

from features.contract._schema import Column, Table

TABLE = Table(
    name="complaints",
    doc="Reports from people, with whatever they name: a village, an official, a card, a person, an item.",
    columns=(
        Column("complaint_id", "id", True, entity="complaint", doc="number of the report"),
        Column("at", "ts", True, doc="when it was made"),
        Column("division_code", "id", entity="division", doc="place it is about"),
        Column("official_id", "id", entity="official", doc="official it is about"),
        Column("card_id", "id", entity="card", doc="card it is about"),
        Column("person_id", "id", entity="person", doc="person it is about"),
        Column("program_id", "id", entity="program", doc="item it is about"),
        Column("text", "text", doc="what was said"),
    ),
    key=("complaint_id",),
    clock="at",
    in_file_order=True,
    lost_without="what people themselves reported",
    good_rows=(
        {
            "complaint_id": "K00001",
            "at": "2017-05-25T15:55:32+08:00",
            "division_code": "519921100204",
            "official_id": "O10056",
            "card_id": "6299011000000000017",
            "person_id": "519921195303041232",
            "program_id": "P02",
            "text": '第一行\n第二行, 有逗号和"引号"',
        },
    ),
    bad_rows=(
        ({"complaint_id": "K00001", "text": "没有时间"}, "at", "missing"),
        ({"complaint_id": "K00001", "at": "2017-05-25T15:55:32"}, "at", "bad_type"),
    ),
)
