"""How much more often payments came back in the village than in the county, per payment answered, over two years.

Smoothed with one answer at the county's share.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.disbursement._credit import is_answer, is_returned, prepare

WINDOW_DAYS = 730


def _compute(view: View) -> Float:
    view.memo(prepare)
    table = view.ledger.tables["settlements"]
    table.derived("is_returned", is_returned)
    table.derived("is_answer", is_answer)
    cells = view.unique(np.asarray(view.own("division_code"), dtype=np.int64), names=("pay_division",))
    here = {"pay_division": cells.own("pay_division")}
    every = {"is_answer": np.zeros(cells.n, dtype=np.int64)}
    back = cells.running("settlements", here, days=WINDOW_DAYS, of="is_returned")
    number = cells.running("settlements", here, days=WINDOW_DAYS)
    with np.errstate(divide="ignore", invalid="ignore"):
        usual = cells.running("settlements", every, days=WINDOW_DAYS, of="is_returned") / cells.running(
            "settlements", every, days=WINDOW_DAYS
        )
        value = (back + usual) / (number + 1.0) / usual
    return np.asarray(cells.spread(np.where(np.isfinite(value), value, np.nan)))


answered = world().paid("P1", at="2019-01-20", disbursement_id="E1").paid("P6", at="2019-01-20", disbursement_id="E6")
back_here = answered.add("settlements", disbursement_id="E1", status="returned", amount=None, at="2019-01-25").add(
    "settlements", disbursement_id="E6", at="2019-01-25"
)

ratio_village_unrepaid_to_county_730d = Feature(
    name="ratio_village_unrepaid_to_county_730d",
    title=("本村退回率与全县之比", "village share of payments that came back against the county's"),
    unit="ratio",
    null="none",
    needs=("settlements",),
    compute=_compute,
    cases=(
        Case("the one that came back was here", back_here.paid("P1"), 1.5),
        Case("it came back elsewhere", back_here.paid("P6"), 0.5),
        Case("nothing answered yet", world().paid("P1"), None),
    ),
)
