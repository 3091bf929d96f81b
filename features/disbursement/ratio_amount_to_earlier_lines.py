"""Amount as a multiple of the largest earlier standing line of the village for the person, item and period."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, ratio
from features._world import world
from features.asof import Pairs, View
from features.disbursement._places import current
from features.disbursement._same_item import earlier, lines_of_period


def _lines(view: View) -> Pairs:
    found = earlier(lines_of_period(view))
    # Two villages paying one person is another matter.
    found = found.where(current(view, found["division_code"]) == current(view, found.own("division_code")))
    # A re-issue names the line it replaces.
    return found.where(found["disbursement_id"].astype(np.int64) != found.own("reissue_of"))


def _compute(view: View) -> Float:
    found = _lines(view)
    return ratio(view.own("amount"), found.max(found["amount"]))


once = world().paid("P1", at="2019-04-10")

ratio_amount_to_earlier_lines = Feature(
    name="ratio_amount_to_earlier_lines",
    title=("金额与同期已发金额之比", "amount against what was paid for the period before"),
    unit="ratio",
    null="none",
    needs=(),
    compute=_compute,
    rests_on=_lines,
    cases=(
        Case("paid again, a little less", once.paid("P1", amount="90.00"), 0.9),
        Case("the difference to a new rate", once.paid("P1", amount="10.00"), 0.1),
        Case("the first line", once, None),
    ),
)
