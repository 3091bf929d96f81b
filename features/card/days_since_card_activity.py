"""Days since money last left a card of the payee."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.asof.ledger import MICROSECONDS_A_DAY
from features.card import _activity


def _compute(view: View) -> Float:
    known = _activity.last_debit(view, _activity.flow(view.ledger).known)
    return (view.at - known) / MICROSECONDS_A_DAY


quiet_card = (
    world()
    .add("card_transactions", at="2018-12-01T10:00:00", amount="50.00")
    .paid("P1", at="2019-01-10")
    .add("settlements", disbursement_id="D1", at="2019-01-12")
    .paid("P1", at="2019-02-10")
    .add("settlements", disbursement_id="D2", at="2019-02-12")
)
emptied = quiet_card.add("card_transactions", at="2019-03-01T10:00:00", amount="200.00")

days_since_card_activity = Feature(
    name="days_since_card_activity",
    title=("持卡人最近一次支出距今天数", "days since money last left a card of the payee"),
    unit="days",
    null="unknown",
    needs=("card_transactions", "settlements"),
    compute=_compute,
    rests_on=_activity.last_debit_rows,
    cases=(
        Case("no activity shared", world().paid("P1"), None),
        Case("ten days", quiet_card.paid("P1", at="2018-12-11T10:00:00"), 10.0),
    ),
)
