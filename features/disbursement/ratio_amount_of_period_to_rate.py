"""Amount of all standing lines to the person for the item and period, as a multiple of what this line alone is due.

1.0 for two instalments that each name the whole quantity; 2.0 where the same line stands twice.
"""

from __future__ import annotations

from features._feature import Case, Feature, Float, ratio
from features._world import world
from features.asof import View
from features.disbursement._rates import due
from features.disbursement._same_item import lines_of_period


def _compute(view: View) -> Float:
    other = lines_of_period(view)
    return ratio(view.own("amount") + other.sum(other["amount"]), due(view).nearest)


half = world().paid("P1", amount="50.00", at="2019-04-10")

ratio_amount_of_period_to_rate = Feature(
    name="ratio_amount_of_period_to_rate",
    title=("同期各笔合计与应发之比", "amount of all lines of the period against the amount due"),
    unit="ratio",
    null="none",
    needs=("program_rates",),
    compute=_compute,
    rests_on=lines_of_period,
    cases=(
        Case("one line at the rate", world().paid("P1"), 1.0),
        Case("two instalments", half.paid("P1", amount="50.00"), 1.0),
        Case("the same line twice", world().paid("P1", at="2019-04-10").paid("P1"), 2.0),
    ),
)
