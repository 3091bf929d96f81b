"""Share of the village's list for the item and period, so far, paid below every published rate."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, ratio
from features._world import world
from features.asof import View
from features.disbursement._rates import is_under

LIST = ("division_code", "program_id", "period")
LEAST_LINES = 5.0


def _compute(view: View) -> Float:
    view.ledger.tables["disbursements"].derived("is_under_rate", is_under)
    lines = view.running("disbursements", LIST)
    under = view.running("disbursements", LIST, of="is_under_rate")
    return np.where(lines >= LEAST_LINES, ratio(under, lines), np.nan)


cut = world()
fair = world()
for number in range(1, 6):
    cut = cut.paid(f"P{number}", amount="80.00", division_code="519901101001")
    fair = fair.paid(f"P{number}", division_code="519901101001")

share_list_under_rate = Feature(
    name="share_list_under_rate",
    title=("本村名单低于标准的比例", "share of the village's list below the rate"),
    unit="share",
    null="none",
    needs=("program_rates", "disbursements.quantity"),
    compute=_compute,
    cases=(
        Case("everybody on the list", cut, 1.0),
        Case("one of six", fair.paid("P6", amount="80.00", division_code="519901101001"), 1 / 6),
        Case("too short a list to say", world().paid("P1", amount="80.00"), None),
    ),
)
