"""Amount paid as a multiple of the nearest amount that quantity times a published rate allows."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, ratio
from features._world import world
from features.asof import View
from features.disbursement._rates import due


def _compute(view: View) -> Float:
    found = due(view)
    return np.where(found.off == 0, 1.0, ratio(view.own("amount"), found.nearest))


ratio_amount_to_rate = Feature(
    name="ratio_amount_to_rate",
    title=("金额与标准之比", "amount as a multiple of the rate"),
    unit="ratio",
    null="none",
    needs=("program_rates", "disbursements.quantity"),
    compute=_compute,
    cases=(
        Case("a tenth too much", world().paid("P1", amount="110.00"), 1.1),
        Case("as published", world().paid("P1"), 1.0),
        Case("an item without rates", world().add("programs", program_id="NEW").paid("P1", "NEW"), None),
    ),
)
