"""Days from funds to pay-day against the item's limit for it."""

from __future__ import annotations

from features._feature import Case, Feature, Float, ratio
from features._world import world
from features.asof import View
from features.run.days_from_funds_to_payday import days_from_funds_to_payday, run_row


def _compute(view: View) -> Float:
    return ratio(days_from_funds_to_payday.of(view), view.lookup("programs", "release_limit_days", "program_id"))


late = world().add(
    "payment_runs", run_id="R7", program_id="RELIEF", funds_received_on="2019-02-12", planned_on="2019-06-22"
)

ratio_funds_to_payday_to_limit = Feature(
    name="ratio_funds_to_payday_to_limit",
    title=("资金滞留时长与规定时限之比", "time from funds to pay-day against the limit"),
    unit="ratio",
    null="none",
    needs=("programs.release_limit_days",),
    uses=(days_from_funds_to_payday,),
    compute=_compute,
    rests_on=run_row,
    cases=(
        Case("thirteen times the limit", late.paid("P1", "RELIEF", at="2019-06-19", run_id="R7"), 13.0),
        Case("an item without a limit", late.paid("P1", at="2019-06-19", run_id="R7"), None),
    ),
)
