"""Share of the people at the payee's main outlet who live in the payee's village: near 1 for a village agent point."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, ratio
from features._world import World, world
from features.asof import View
from features.outlet import _use


def _compute(view: View) -> Float:
    everybody, villagers = view.memo(_use.people_there)
    return np.where(view.memo(_use.main_outlet)[0] >= 0, ratio(villagers, everybody), np.nan)


def _drew(made: World, card: str, at: str) -> World:
    return made.add("card_transactions", card_id=card, at=at)


at_one_point = _drew(
    _drew(_drew(world(), "C1", "2019-01-05T10:00:00"), "C3", "2019-01-06T10:00:00"), "C5", "2019-01-07T10:00:00"
)

share_main_outlet_of_village_365d = Feature(
    name="share_main_outlet_of_village_365d",
    title=("主要网点取现人中本村人占比", "share of villagers at the main outlet"),
    unit="share",
    null="unknown",
    needs=("card_transactions.outlet_id", "persons"),
    compute=_compute,
    rests_on=_use.withdrawals,
    cases=(
        Case("no activity shared", world().paid("P1"), None),
        Case("two of three", at_one_point.paid("P1"), 2 / 3),
    ),
)
