"""Credits that had piled up when money last left a card of the payee."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.card import _activity


def _compute(view: View) -> Float:
    return _activity.last_debit(view, _activity.flow(view.ledger).piled)


quiet_card = (
    world()
    .add("card_transactions", at="2018-12-01T10:00:00", amount="50.00")
    .paid("P1", at="2019-01-10")
    .add("settlements", disbursement_id="D1", at="2019-01-12")
    .paid("P1", at="2019-02-10")
    .add("settlements", disbursement_id="D2", at="2019-02-12")
)
emptied = quiet_card.add("card_transactions", at="2019-03-01T10:00:00", amount="200.00")

count_credits_taken_at_once = Feature(
    name="count_credits_taken_at_once",
    title=("上次支出前累积的入账笔数", "credits that had piled up before the last debit"),
    unit="count",
    null="unknown",
    needs=("card_transactions", "settlements"),
    compute=_compute,
    rests_on=_activity.last_debit_rows,
    cases=(
        Case("no activity shared", world().paid("P1"), None),
        Case("two credits taken together", emptied.paid("P1"), 2.0),
    ),
)
