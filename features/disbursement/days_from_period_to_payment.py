"""Days from the last day of the period paid for to the submission of the line (negative: paid in advance)."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View


def _compute(view: View) -> Float:
    return view.own("submitted_at") - view.period_to()


days_from_period_to_payment = Feature(
    name="days_from_period_to_payment",
    title=("所属期结束至发放的天数", "days from the end of the period to the payment"),
    unit="days",
    null="unknown",
    needs=(),
    compute=_compute,
    cases=(
        Case(
            "arrears for March, submitted in May", world().paid("P1", at="2019-05-10T12:00:00", period="2019-03"), 40.5
        ),
        Case("paid within its month", world().paid("P1", at="2019-04-20T12:00:00", period="2019-04"), -9.5),
        Case("a period nobody can read", world().paid("P1", period="next year"), None),
    ),
)
