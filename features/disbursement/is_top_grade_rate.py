"""Whether the amount is the highest that the item's rates give for the quantity (as for rebuilding)."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.disbursement._rates import due


def _compute(view: View) -> Float:
    found = due(view)
    return np.where(np.isnan(found.highest), np.nan, view.own("amount") >= found.highest - 1.0)


graded = world().add("program_rates", program_id="HOUSING", grade=2, rate="18000.00")

is_top_grade_rate = Feature(
    name="is_top_grade_rate",
    title=("按最高档次发放", "paid at the highest grade"),
    unit="flag",
    null="none",
    needs=("program_rates", "disbursements.quantity"),
    compute=_compute,
    cases=(
        Case("the highest of two grades", graded.paid("P1", "HOUSING", amount="18000.00"), 1.0),
        Case("the lower", graded.paid("P1", "HOUSING", amount="100.00"), 0.0),
        Case("no rates", world().add("programs", program_id="NEW").paid("P1", "NEW"), None),
    ),
)
