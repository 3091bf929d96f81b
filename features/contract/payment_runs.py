"""Payment runs: one item, one period, one county, and the funds behind it."""

from __future__ import annotations

from features.contract._schema import Column, Table

TABLE = Table(
    name="payment_runs",
    doc="Payment runs with the funds received for them.",
    columns=(
        Column("run_id", "id", True, entity="run", doc="number of the run"),
        Column("program_id", "id", True, entity="program", doc="the item paid"),
        Column("period", "period", True, doc="the period paid for"),
        Column("division_code", "id", True, entity="division", doc="county"),
        Column("funds_received_on", "date", doc="day the funds arrived"),
        Column("funds_amount", "money", doc="funds that arrived"),
        Column("created_at", "ts", True, doc="when the run was created"),
        Column("planned_on", "date", doc="planned pay-day"),
    ),
    key=("run_id",),
    clock="created_at",
    in_file_order=True,
    lost_without="when funds arrived and how much, so delay and shortfall of a run are unknown",
    good_rows=(
        {
            "run_id": "R00179",
            "program_id": "P02",
            "period": "2018-09",
            "division_code": "519921000000",
            "funds_received_on": "2018-09-04",
            "funds_amount": "4368.00",
            "created_at": "2018-09-04T08:19:59+08:00",
            "planned_on": "2018-09-07",
        },
    ),
    bad_rows=(
        (
            {
                "run_id": "R00179",
                "program_id": "P02",
                "period": "2018-09",
                "division_code": "519921000000",
                "created_at": "2019-03-01T25:00:00+08:00",
            },
            "created_at",
            "bad_type",
        ),
        (
            {
                "run_id": "R00179",
                "program_id": "P02",
                "period": "2018-09",
                "created_at": "2018-09-04T08:19:59+08:00",
            },
            "division_code",
            "missing",
        ),
    ),
)
