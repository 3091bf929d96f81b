"""Credits untouched until then, this one among them, when money first left the payee's cards after it came."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.card import _activity


def _compute(view: View) -> Float:
    return _activity.at_taking(view, _activity.flow(view.ledger).piled)


kept = (
    world()
    .paid("P1", at="2019-01-10")
    .add("settlements", disbursement_id="D1", at="2019-01-12")
    .paid("P1", at="2019-02-10")
    .add("settlements", disbursement_id="D2", at="2019-02-12")
    .add("card_transactions", card_id="C3", at="2019-01-01T10:00:00")
)
returned_to = kept.paid("P1", at="2019-03-20T10:00:00", disbursement_id="LAST")
taken = returned_to.add("settlements", disbursement_id="LAST", at="2019-03-20T10:00:00").add(
    "card_transactions", at="2019-03-20T10:00:00", amount="300.00"
)

count_credits_taken_with_this = Feature(
    name="count_credits_taken_with_this",
    title=("与本笔一并取走的累积入账笔数", "credits that had piled up when this one was first drawn on"),
    unit="count",
    null="unknown",
    needs=("card_transactions", "settlements"),
    compute=_compute,
    rests_on=_activity.taking_rows,
    cases=(
        Case("not credited yet", returned_to, None),
        Case("three taken together", taken, 3.0),
    ),
)
