"""Credits to the payee since money last left one of the payee's cards."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.card import _activity
from features.graph import _together


def _compute(view: View) -> Float:
    return np.where(_together.shared_by_bank(view), view.memo(_activity.state)[1], np.nan)


quiet_card = (
    world()
    .add("card_transactions", at="2018-12-01T10:00:00", amount="50.00")
    .paid("P1", at="2019-01-10")
    .add("settlements", disbursement_id="D1", at="2019-01-12")
    .paid("P1", at="2019-02-10")
    .add("settlements", disbursement_id="D2", at="2019-02-12")
)
emptied = quiet_card.add("card_transactions", at="2019-03-01T10:00:00", amount="200.00")

count_credits_untouched = Feature(
    name="count_credits_untouched",
    title=("未动用的入账笔数", "credits since money last left the card"),
    unit="count",
    null="unknown",
    needs=("card_transactions", "settlements"),
    compute=_compute,
    cases=(
        Case("no activity shared", world().paid("P1"), None),
        Case("two credits untouched", quiet_card.paid("P1"), 2.0),
        Case("taken since", emptied.paid("P1"), 0.0),
    ),
)
