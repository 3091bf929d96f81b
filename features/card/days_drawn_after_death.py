"""Days from the holder's death on record to the last time money left one of the payee's cards."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.asof.ledger import MICROSECONDS_A_DAY
from features.card import _activity
from features.person.days_paid_after_death import deaths


def _compute(view: View) -> Float:
    known = _activity.last_debit(view, _activity.flow(view.ledger).known)
    last = (known + view.ledger.utc_offset) / MICROSECONDS_A_DAY
    died = view.memo(deaths)
    days = np.floor(last) - died.min(died["effective_on"])
    return np.where(days > 0, days, np.nan)


quiet_card = (
    world()
    .add("card_transactions", at="2018-12-01T10:00:00", amount="50.00")
    .paid("P1", at="2019-01-10")
    .add("settlements", disbursement_id="D1", at="2019-01-12")
    .paid("P1", at="2019-02-10")
    .add("settlements", disbursement_id="D2", at="2019-02-12")
)
emptied = quiet_card.add("card_transactions", at="2019-03-01T10:00:00", amount="200.00")

days_drawn_after_death = Feature(
    name="days_drawn_after_death",
    title=("死亡登记日后仍有支出的天数", "days from the payee's death to the last debit"),
    unit="days",
    null="none",
    needs=("card_transactions", "settlements", "civil_events"),
    compute=_compute,
    rests_on=_activity.last_debit_rows,
    cases=(
        Case("alive", emptied.paid("P1"), None),
        Case(
            "drawn in March, dead since January",
            emptied.died("P1", on="2019-01-20", recorded="2019-03-10").paid("P1", at="2019-03-20"),
            40.0,
        ),
        Case(
            "the death was recorded later",
            emptied.died("P1", on="2019-01-20", recorded="2019-06-10").paid("P1", at="2019-03-20"),
            None,
        ),
    ),
)
