"""Payments of the payee to this card so far, this one included."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View


def _compute(view: View) -> Float:
    return view.running("disbursements", ("person_id", "card_id"))


count_payments_to_this_card = Feature(
    name="count_payments_to_this_card",
    title=("本人在此卡上的收款次数", "payments of the payee to this card so far"),
    unit="count",
    null="none",
    needs=(),
    compute=_compute,
    cases=(
        Case("the first", world().paid("P1"), 1.0),
        Case("the second", world().paid("P1", at="2019-03-20").paid("P1"), 2.0),
        Case("another card before", world().paid("P1", card_id="C3", at="2019-03-20").paid("P1"), 1.0),
    ),
)
