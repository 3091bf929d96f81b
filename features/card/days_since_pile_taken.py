"""Days since the last debit of the payee, where several credits had piled up before it."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.asof.ledger import MICROSECONDS_A_DAY
from features.card import _activity


def _compute(view: View) -> Float:
    found = _activity.flow(view.ledger)
    piled = _activity.last_debit(view, found.piled)
    days = (view.at - _activity.last_debit(view, found.known)) / MICROSECONDS_A_DAY
    return np.where(piled >= 2, days, np.nan)


quiet_card = (
    world()
    .add("card_transactions", at="2018-12-01T10:00:00", amount="50.00")
    .paid("P1", at="2019-01-10")
    .add("settlements", disbursement_id="D1", at="2019-01-12")
    .paid("P1", at="2019-02-10")
    .add("settlements", disbursement_id="D2", at="2019-02-12")
)
emptied = quiet_card.add("card_transactions", at="2019-03-01T10:00:00", amount="200.00")

days_since_pile_taken = Feature(
    name="days_since_pile_taken",
    title=("累积入账被取走距今天数", "days since piled-up credits were taken"),
    unit="days",
    null="none",
    needs=("card_transactions", "settlements"),
    compute=_compute,
    rests_on=_activity.last_debit_rows,
    cases=(
        Case("nothing was taken", quiet_card.paid("P1"), None),
        Case("ten days ago", emptied.paid("P1", at="2019-03-11T10:00:00"), 10.0),
    ),
)
