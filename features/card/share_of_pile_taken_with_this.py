"""Part of the credits piled up by then that the first debit after this payment took."""

from __future__ import annotations

from features._feature import Case, Feature, Float, ratio
from features._world import world
from features.asof import View
from features.card import _activity


def _compute(view: View) -> Float:
    found = _activity.flow(view.ledger)
    return ratio(-_activity.at_taking(view, found.amount), _activity.at_taking(view, found.piled_fen))


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

share_of_pile_taken_with_this = Feature(
    name="share_of_pile_taken_with_this",
    title=("取走款项占累积入账比例", "part of the pile taken with this credit"),
    unit="share",
    null="unknown",
    needs=("card_transactions", "settlements"),
    compute=_compute,
    rests_on=_activity.taking_rows,
    cases=(
        Case("not credited yet", returned_to, None),
        Case("all of it", taken, 1.0),
    ),
)
