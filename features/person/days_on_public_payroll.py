"""Days the person paid had been on the public payroll when the period began."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.person._status import events, payroll


def _compute(view: View) -> Float:
    found = payroll(view)
    first = view.period_from()
    on = (found.begun < first) & ~(found.to <= view.period_to())
    return np.where(on, first - found.begun, np.nan)


def _rests_on(view: View) -> Pairs:
    return events(view, "public_payroll_start", "public_payroll_end")


hired = world().event("P3", "public_payroll_start", on="2018-04-01", recorded="2018-05-01")

days_on_public_payroll = Feature(
    name="days_on_public_payroll",
    title=("财政供养天数", "days on the public payroll"),
    unit="days",
    null="none",
    needs=("civil_events",),
    compute=_compute,
    rests_on=_rests_on,
    cases=(
        Case("a year on the payroll", hired.paid("P3", "DIBAO", period="2019-04"), 365.0),
        Case(
            "left before the period", hired.event("P3", "public_payroll_end", on="2019-01-31").paid("P3", "DIBAO"), None
        ),
        Case(
            "a temporary post",
            world().event("P3", "public_payroll_start", on="2018-04-01", source="temporary_post").paid("P3", "DIBAO"),
            None,
        ),
        Case("arrears for the time before", hired.paid("P3", "DIBAO", period="2018-03"), None),
    ),
)
