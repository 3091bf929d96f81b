"""Days from the arrival of the run's funds, or this application's release if later, to pay-day.

Pay-day is when the bank answered, where it has; else the planned day, or the day of submission if that is later:
a list handed in weeks after its planned day was not paid on that day. For the re-issue of a returned payment the
planned day alone counts: it waited for a better account, not for the department.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.disbursement._chain import chain


def run_row(view: View) -> Pairs:
    """The payment run."""
    return view.match("payment_runs", "run_id")


def paid_at(view: View) -> Float:
    """Local day of the bank's first answer to this payment that says paid, NaN where there is none."""
    if not view.has("settlements"):
        return np.full(view.n, np.nan)
    answers = view.match("settlements", "disbursement_id")
    answers = answers.where(answers.is_("status", "paid"))
    return np.floor(answers.min(answers["at"]))


def _compute(view: View) -> Float:
    funds = view.lookup("payment_runs", "funds_received_on", "run_id")
    planned = view.lookup("payment_runs", "planned_on", "run_id")
    handed_in = np.floor(view.own("submitted_at"))
    first_time = np.asarray(view.own("reissue_of")) < 0
    planned = np.where(np.isnan(planned) | (first_time & (handed_in > planned)), handed_in, planned)
    answered = view.memo(paid_at)
    start = funds
    if view.has("approvals"):
        release = np.floor(view.memo(chain).at["finance_release"])
        start = np.fmax(funds, np.where(np.isnan(funds), np.nan, release))
    return np.asarray(np.where(np.isnan(answered), planned, np.maximum(answered, start)) - start)


late = world().add(
    "payment_runs", run_id="R7", program_id="RELIEF", funds_received_on="2019-02-15", planned_on="2019-06-22"
)

days_from_funds_to_payday = Feature(
    name="days_from_funds_to_payday",
    title=("资金到位到发放日的天数", "days from funds to pay-day"),
    unit="days",
    null="unknown",
    needs=("payment_runs", "payment_runs.funds_received_on"),
    compute=_compute,
    rests_on=run_row,
    cases=(
        Case("four months", late.paid("P1", "RELIEF", at="2019-06-19", run_id="R7"), 127.0),
        Case(
            "the list was disputed and released three days before",
            late.add("applications", application_id="A1")
            .add("approvals", stage="finance_release", official_id="O4", at="2019-06-19T09:00:00")
            .paid("P1", "RELIEF", at="2019-06-19", run_id="R7", application_id="A1"),
            3.0,
        ),
        Case(
            "planned for June, handed in in August",
            late.paid("P1", "RELIEF", at="2019-08-24", run_id="R7"),
            190.0,
        ),
        Case(
            "returned in June, issued again in August",
            late.paid("P1", "RELIEF", at="2019-08-24", run_id="R7", reissue_of="D0"),
            127.0,
        ),
        Case("no run on record", world().paid("P1", "RELIEF"), None),
    ),
)
