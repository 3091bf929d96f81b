"""Share of the payee's cash withdrawals in 365 days made at the outlet used most."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import World, world
from features.asof import View
from features.outlet import _use


def _compute(view: View) -> Float:
    return view.memo(_use.main_outlet)[1]


def _drew(made: World, card: str, at: str) -> World:
    return made.add("card_transactions", card_id=card, at=at)


at_one_point = _drew(
    _drew(_drew(world(), "C1", "2019-01-05T10:00:00"), "C3", "2019-01-06T10:00:00"), "C5", "2019-01-07T10:00:00"
)

share_withdrawals_at_main_outlet_365d = Feature(
    name="share_withdrawals_at_main_outlet_365d",
    title=("近一年在主要网点取现占比", "share of withdrawals at the main outlet"),
    unit="share",
    null="unknown",
    needs=("card_transactions.outlet_id",),
    compute=_compute,
    rests_on=_use.withdrawals,
    cases=(
        Case("no activity shared", world().paid("P1"), None),
        Case("always the same", at_one_point.paid("P1"), 1.0),
        Case(
            "half elsewhere",
            at_one_point.add("card_transactions", outlet_id="B2", at="2019-02-01").paid("P1"),
            0.5,
        ),
    ),
)
