"""People paid on the card so far, this payment included."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View


def _compute(view: View) -> Float:
    return view.distinct("disbursements", "card_id", of="person_id")


count_people_on_card = Feature(
    name="count_people_on_card",
    title=("同一张卡收取补贴的人数", "people paid on the card"),
    unit="count",
    null="none",
    needs=(),
    compute=_compute,
    cases=(
        Case("own card", world().paid("P1"), 1.0),
        Case("spouses on one card", world().paid("P2", card_id="C1").paid("P1"), 2.0),
    ),
)
