"""Part of the credits piled up that the last debit took."""

from __future__ import annotations

from features._feature import Case, Feature, Float, ratio
from features._world import world
from features.asof import View
from features.card import _activity


def _compute(view: View) -> Float:
    found = _activity.flow(view.ledger)
    taken = -_activity.last_debit(view, found.amount)
    return ratio(taken, _activity.last_debit(view, found.piled_fen))


quiet_card = (
    world()
    .add("card_transactions", at="2018-12-01T10:00:00", amount="50.00")
    .paid("P1", at="2019-01-10")
    .add("settlements", disbursement_id="D1", at="2019-01-12")
    .paid("P1", at="2019-02-10")
    .add("settlements", disbursement_id="D2", at="2019-02-12")
)
emptied = quiet_card.add("card_transactions", at="2019-03-01T10:00:00", amount="200.00")

share_of_pile_taken_at_once = Feature(
    name="share_of_pile_taken_at_once",
    title=("上次支出占累积入账比例", "part of the piled-up credits taken by the last debit"),
    unit="share",
    null="unknown",
    needs=("card_transactions", "settlements"),
    compute=_compute,
    rests_on=_activity.last_debit_rows,
    cases=(
        Case("no activity shared", world().paid("P1"), None),
        Case("all of it", emptied.paid("P1"), 1.0),
    ),
)
