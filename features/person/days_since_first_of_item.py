"""Days since the payee's first payment of the item on record."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.official._tenure import first_paid_on


def _compute(view: View) -> Float:
    return np.asarray(view.day_at - view.memo(first_paid_on))


days_since_first_of_item = Feature(
    name="days_since_first_of_item",
    title=("首次享受该项目至今的天数", "days since the payee's first payment of the item"),
    unit="days",
    null="none",
    needs=("disbursements.person_id",),
    compute=_compute,
    cases=(
        Case("since February", world().paid("P1", at="2019-02-20").paid("P1", at="2019-04-20"), 59.0),
        Case("the first one", world().paid("P1", at="2019-04-20"), 0.0),
    ),
)
