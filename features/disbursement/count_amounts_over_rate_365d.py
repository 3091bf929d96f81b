"""Earlier lines above the rate for the same person and item, within a year."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.disbursement._rates import is_over
from features.disbursement._same_item import earlier


def _lines(view: View) -> Pairs:
    found = earlier(view.match("disbursements", ("person_id", "program_id"), days=365))
    return found.where(found.derived("is_over_rate", is_over) > 0)


def _compute(view: View) -> Float:
    return _lines(view).count()


over = world().paid("P1", period="2019-03", at="2019-03-20", amount="110.00")

count_amounts_over_rate_365d = Feature(
    name="count_amounts_over_rate_365d",
    title=("一年内高于标准的发放笔数", "earlier lines above the rate in a year"),
    unit="count",
    null="none",
    needs=("program_rates", "disbursements.quantity"),
    compute=_compute,
    rests_on=_lines,
    cases=(
        Case("the month before was above the rate", over.paid("P1"), 1.0),
        Case("somebody else's was", over.paid("P3"), 0.0),
        Case(
            "the month before was below it",
            world().paid("P1", period="2019-03", at="2019-03-20", amount="90.00").paid("P1"),
            0.0,
        ),
    ),
)
