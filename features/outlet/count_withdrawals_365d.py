"""Cash withdrawals from the payee's cards in 365 days, as far as banks share them."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import World, world
from features.asof import View
from features.graph import _together
from features.outlet import _use


def _compute(view: View) -> Float:
    return np.where(_together.shared_by_bank(view), view.memo(_use.withdrawals).count(), np.nan)


def _drew(made: World, card: str, at: str) -> World:
    return made.add("card_transactions", card_id=card, at=at)


at_one_point = _drew(
    _drew(_drew(world(), "C1", "2019-01-05T10:00:00"), "C3", "2019-01-06T10:00:00"), "C5", "2019-01-07T10:00:00"
)

count_withdrawals_365d = Feature(
    name="count_withdrawals_365d",
    title=("近一年取现次数", "cash withdrawals"),
    unit="count",
    null="unknown",
    needs=("card_transactions.outlet_id",),
    compute=_compute,
    rests_on=_use.withdrawals,
    cases=(
        Case("no activity shared", world().paid("P1"), None),
        Case("one", at_one_point.paid("P1"), 1.0),
    ),
)
