"""Households paid on the card besides the holder's own and those the holder is a proxy for."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.card import _payees, _people


def _compute(view: View) -> Float:
    found = view.memo(_payees.several)
    return _people.distinct_by(found.pairs.query[found.foreign], found.household[found.foreign], view.n)


count_households_on_card = Feature(
    name="count_households_on_card",
    title=("同一张卡收取补贴的他户户数", "other households paid on the card"),
    unit="count",
    null="none",
    needs=("cards",),
    compute=_compute,
    rests_on=_payees.foreign_rows,
    cases=(
        Case("own card", world().paid("P1"), 0.0),
        Case(
            "two neighbours on a third person's card",
            world().paid("P3", card_id="C5").paid("P4", card_id="C5"),
            2.0,
        ),
        Case("one household on its own card", world().paid("P2", card_id="C1").paid("P1"), 0.0),
        Case(
            "a helper for two, on record",
            world()
            .add("authorizations", person_id="P3", proxy_id="P5")
            .add("authorizations", person_id="P4", proxy_id="P5")
            .paid("P3", card_id="C5")
            .paid("P4", card_id="C5"),
            0.0,
        ),
        Case(
            "the second was paid later",
            world().paid("P4", card_id="C5", at="2019-06-20").paid("P3", card_id="C5", at="2019-04-20"),
            0.0,
        ),
    ),
)
