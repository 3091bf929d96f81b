"""People who drew cash in 365 days at the outlet the payee uses most."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import World, world
from features.asof import View
from features.outlet import _use


def _compute(view: View) -> Float:
    return np.where(view.memo(_use.main_outlet)[0] >= 0, view.memo(_use.people_there)[0], np.nan)


def _drew(made: World, card: str, at: str) -> World:
    return made.add("card_transactions", card_id=card, at=at)


at_one_point = _drew(
    _drew(_drew(world(), "C1", "2019-01-05T10:00:00"), "C3", "2019-01-06T10:00:00"), "C5", "2019-01-07T10:00:00"
)

count_people_at_main_outlet_365d = Feature(
    name="count_people_at_main_outlet_365d",
    title=("主要网点近一年取现人数", "people drawing cash at the main outlet"),
    unit="count",
    null="unknown",
    needs=("card_transactions.outlet_id",),
    compute=_compute,
    rests_on=_use.withdrawals,
    cases=(
        Case("no activity shared", world().paid("P1"), None),
        Case("three", at_one_point.paid("P1"), 3.0),
    ),
)
