"""Days from the credit of this payment to the first time money left the payee's cards."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.asof.ledger import MICROSECONDS_A_DAY
from features.card import _activity


def _compute(view: View) -> Float:
    answer = view.lookup("settlements", "at", "disbursement_id")
    known = _activity.at_taking(view, _activity.flow(view.ledger).known)
    return (known + view.ledger.utc_offset) / MICROSECONDS_A_DAY - np.asarray(answer, dtype=np.float64)


kept = (
    world()
    .paid("P1", at="2019-01-10")
    .add("settlements", disbursement_id="D1", at="2019-01-12")
    .paid("P1", at="2019-02-10")
    .add("settlements", disbursement_id="D2", at="2019-02-12")
    .add("card_transactions", card_id="C3", at="2019-01-01T10:00:00")
)
returned_to = kept.paid("P1", at="2019-03-20T10:00:00", disbursement_id="LAST")
taken = returned_to.add("settlements", disbursement_id="LAST", at="2019-03-20T10:00:00").add(
    "card_transactions", at="2019-03-20T10:00:00", amount="300.00"
)

days_until_taken = Feature(
    name="days_until_taken",
    title=("入账后首次支出天数", "days until the credit was first drawn on"),
    unit="days",
    null="unknown",
    needs=("card_transactions", "settlements"),
    compute=_compute,
    rests_on=_activity.taking_rows,
    cases=(
        Case("not credited yet", returned_to, None),
        Case("in the same moment", taken, 0.0),
    ),
)
