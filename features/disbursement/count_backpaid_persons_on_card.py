"""Different persons whose elapsed periods one run pays back to this card."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View


def _lines(view: View) -> Pairs:
    found = view.match("disbursements", ("run_id", "card_id"))
    return found.where(
        (found.period_to() < found["submitted_at"]) & (view.period_to() < view.own("submitted_at"))[found.query]
    )


def _compute(view: View) -> Float:
    found = _lines(view)
    return found.distinct(found["person_id"])


first = world().paid("P3", run_id="R1", card_id="C1", period="2018-05")

count_backpaid_persons_on_card = Feature(
    name="count_backpaid_persons_on_card",
    title=("同批次补发至同一卡的人数", "persons whose back payments go to one card"),
    unit="count",
    null="none",
    needs=("disbursements.run_id",),
    compute=_compute,
    rests_on=_lines,
    cases=(
        Case("two persons, one card", first.paid("P1", run_id="R1", period="2018-05"), 2.0),
        Case("each to a card of one's own", first.paid("P4", run_id="R1", period="2018-05"), 1.0),
        Case("the current month", first.paid("P1", run_id="R1", period="2019-04"), 0.0),
    ),
)
