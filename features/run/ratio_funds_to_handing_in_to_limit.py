"""Days from the arrival of the run's funds to pay-day or handing in, against the item's limit, whatever held it up.

Unlike the time to pay-day it does not begin anew with a late release of the application. Null for re-issues.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, ratio
from features._world import world
from features.asof import View
from features.run.days_from_funds_to_payday import run_row


def _compute(view: View) -> Float:
    funds = view.lookup("payment_runs", "funds_received_on", "run_id")
    planned = view.lookup("payment_runs", "planned_on", "run_id")
    until = np.fmax(planned, np.floor(view.own("submitted_at")))
    days = np.where(np.asarray(view.own("reissue_of")) < 0, until - funds, np.nan)
    return ratio(days, view.lookup("programs", "release_limit_days", "program_id"))


funded = world().add(
    "payment_runs",
    run_id="R7",
    program_id="RELIEF",
    funds_received_on="2019-02-12",
    created_at="2019-02-13T09:00:00",
    planned_on="2019-02-22",
)

ratio_funds_to_handing_in_to_limit = Feature(
    name="ratio_funds_to_handing_in_to_limit",
    title=("资金到位至提交时长与规定时限之比", "time from funds to handing in against the limit"),
    unit="ratio",
    null="none",
    needs=("payment_runs", "payment_runs.funds_received_on", "programs.release_limit_days"),
    compute=_compute,
    rests_on=run_row,
    cases=(
        Case("in time", funded.paid("P1", "RELIEF", at="2019-02-19", run_id="R7"), 1.0),
        Case("handed in two months later", funded.paid("P1", "RELIEF", at="2019-04-23", run_id="R7"), 7.0),
        Case("issued again", funded.paid("P1", "RELIEF", at="2019-04-23", run_id="R7", reissue_of="D0"), None),
        Case("an item without a limit", funded.paid("P1", at="2019-02-19", run_id="R7"), None),
    ),
)
