"""Whether the amount is twice, three times ... what the rate gives (months owed, brought in one line)."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.disbursement._rates import due


def _compute(view: View) -> Float:
    found = due(view)
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.where(found.nearest > 0, view.own("amount") / found.nearest, np.nan)
    whole = (times > 1.5) & (np.abs(times - np.round(times)) * found.nearest <= 1.0)
    return np.where(np.isnan(times), np.nan, whole & (found.off != 0))


is_whole_multiple_of_rate = Feature(
    name="is_whole_multiple_of_rate",
    title=("金额为标准的整数倍", "amount is a whole multiple of the rate"),
    unit="flag",
    null="none",
    needs=("program_rates", "disbursements.quantity"),
    compute=_compute,
    cases=(
        Case("two months in one line", world().paid("P1", amount="200.00"), 1.0),
        Case("a fifth too much", world().paid("P1", amount="120.00"), 0.0),
        Case("as published", world().paid("P1"), 0.0),
    ),
)
