"""Lists from departments that carry no good identity number: who is meant must be found first."""

from __future__ import annotations

from features.contract._schema import Column, Table
from features.contract._values import EVENT_KINDS

TABLE = Table(
    name="department_rows",
    doc="Rows of departments' and other places' lists before it is known which person they mean.",
    columns=(
        Column("row_id", "id", True, entity="row", doc="number of the row"),
        Column("source", "id", True, entity="source", doc="the list it comes from"),
        Column("kind", "enum", True, EVENT_KINDS, doc="what happened"),
        Column("name", "text", entity="name", doc="name as written on the list"),
        Column("sex", "enum", values=("M", "F"), doc="sex as written on the list"),
        Column("birth_date", "date", doc="birth date as written on the list"),
        Column("id_number", "text", doc="identity number as written: may be missing, old or mistyped"),
        Column("phone", "text", entity="phone", doc="phone number as written on the list"),
        Column("division_code", "id", entity="division", doc="division the list names"),
        Column("address", "text", doc="address as written on the list"),
        Column("effective_on", "date", True, doc="when it happened"),
        Column("recorded_at", "ts", True, doc="when the platform learned of it"),
    ),
    key=("row_id",),
    clock="recorded_at",
    lost_without="events that only lists without identity numbers tell of",
    good_rows=(
        {
            "row_id": "DR000001",
            "source": "justice",
            "kind": "imprisoned",
            "name": "常大军",
            "sex": "M",
            "birth_date": "1966-05-27",
            "id_number": "5199211953",
            "phone": "16420139575",
            "division_code": "519921100203",
            "address": "上岩村5组",
            "effective_on": "2016-05-03",
            "recorded_at": "2016-05-29T14:40:08+08:00",
        },
    ),
    bad_rows=(
        (
            {
                "row_id": "DR000001",
                "source": "justice",
                "kind": "car_bought",
                "effective_on": "2016-05-03",
                "recorded_at": "2016-05-29T14:40:08+08:00",
            },
            "kind",
            "bad_enum",
        ),
        (
            {
                "row_id": "DR000001",
                "source": "justice",
                "kind": "death",
                "birth_date": "19530304",
                "effective_on": "2016-05-03",
                "recorded_at": "2016-05-29T14:40:08+08:00",
            },
            "birth_date",
            "bad_type",
        ),
    ),
)
