"""Applications of households and people for an item."""

from __future__ import annotations

from features.contract._schema import Column, Table

TABLE = Table(
    name="applications",
    doc="Who applied for which item, period and quantity, when, and who entered it.",
    columns=(
        Column("application_id", "id", True, entity="application", doc="number of the application"),
        Column("program_id", "id", True, entity="program", doc="the item"),
        Column("person_id", "id", True, entity="person", doc="the applicant"),
        Column("household_id", "id", entity="household", doc="household of the applicant"),
        Column("period", "period", True, doc="period applied for"),
        Column("quantity", "number", doc="quantity applied for"),
        Column("division_code", "id", entity="division", doc="village"),
        Column("applied_on", "date", doc="day of the application"),
        Column("entered_by", "id", entity="official", doc="official who entered it"),
    ),
    key=("application_id",),
    clock="applied_on",
    in_file_order=True,
    lost_without="who applied for what and when, and who entered it",
    good_rows=(
        {
            "application_id": "A0001176",
            "program_id": "P02",
            "person_id": "519921195303041232",
            "household_id": "H211002068812",
            "period": "2018",
            "quantity": "3",
            "division_code": "519921100204",
            "applied_on": "2017-10-27",
            "entered_by": "O10056",
        },
    ),
    bad_rows=(
        (
            {
                "application_id": "A0001176",
                "program_id": "P02",
                "person_id": "519921195303041232",
                "period": "2018-13",
            },
            "period",
            "bad_type",
        ),
        (
            {"application_id": "A0001176", "program_id": "P02", "person_id": "519921195303041232"},
            "period",
            "missing",
        ),
        (
            {
                "application_id": "A0001176",
                "program_id": "P02",
                "person_id": "519921195303041232",
                "period": "2018Q1",
                "applied_on": "not known",
            },
            "applied_on",
            "bad_type",
        ),
    ),
)
