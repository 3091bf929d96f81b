"""Days nothing left the payee's cards before the last debit."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.asof.ledger import MICROSECONDS_A_DAY
from features.card import _activity


def _compute(view: View) -> Float:
    found = _activity.flow(view.ledger)
    before = _activity.last_debit(view, found.debit_before)
    if len(found.known) == 0:
        return np.full(view.n, np.nan)
    place = np.where(before >= 0, before, 0).astype(np.int64)
    days = (_activity.last_debit(view, found.known) - found.known[place]) / MICROSECONDS_A_DAY
    return np.where(before >= 0, days, np.nan)


quiet_card = (
    world()
    .add("card_transactions", at="2018-12-01T10:00:00", amount="50.00")
    .paid("P1", at="2019-01-10")
    .add("settlements", disbursement_id="D1", at="2019-01-12")
    .paid("P1", at="2019-02-10")
    .add("settlements", disbursement_id="D2", at="2019-02-12")
)
emptied = quiet_card.add("card_transactions", at="2019-03-01T10:00:00", amount="200.00")

days_untouched_before_taken = Feature(
    name="days_untouched_before_taken",
    title=("上次支出前未动用天数", "days untouched before the last debit"),
    unit="days",
    null="unknown",
    needs=("card_transactions", "settlements"),
    compute=_compute,
    rests_on=_activity.last_debit_rows,
    cases=(
        Case("no activity shared", world().paid("P1"), None),
        Case("ninety days", emptied.paid("P1"), 90.0),
        Case("nothing before it", quiet_card.paid("P1"), None),
    ),
)
