"""Days by which the line was handed in after the run's planned pay-day; negative where it was in time."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.run.days_from_funds_to_payday import run_row


def _compute(view: View) -> Float:
    planned = view.lookup("payment_runs", "planned_on", "run_id")
    return np.asarray(np.floor(view.own("submitted_at")) - planned, dtype=np.float64)


june = world().add("payment_runs", run_id="R7", program_id="RELIEF", planned_on="2019-06-22")

days_handed_in_after_planned = Feature(
    name="days_handed_in_after_planned",
    title=("晚于计划发放日提交的天数", "days handed in after the planned pay-day"),
    unit="days",
    null="none",
    needs=("payment_runs", "payment_runs.planned_on"),
    compute=_compute,
    rests_on=run_row,
    cases=(
        Case("three days before", june.paid("P1", "RELIEF", at="2019-06-19", run_id="R7"), -3.0),
        Case("two months after", june.paid("P1", "RELIEF", at="2019-08-22", run_id="R7"), 61.0),
        Case("no run on record", world().paid("P1", "RELIEF"), None),
    ),
)
