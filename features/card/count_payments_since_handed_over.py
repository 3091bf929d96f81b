"""Payments to the card since it was last handed over without authority, this one not counted."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.card import _since
from features.card.is_card_handed_over_without_authority import _rows


def _compute(view: View) -> Float:
    handed = _rows(view)
    return _since.payments_since(view, handed.max(handed["at"]))


happened = world().add(
    "card_events", card_id="C1", at="2019-02-10T10:00:00", kind="handed_to_proxy", actor_person_id="P3"
)

count_payments_since_handed_over = Feature(
    name="count_payments_since_handed_over",
    title=("卡交他人保管后已发放笔数", "payments since the card was handed over"),
    unit="count",
    null="none",
    needs=("card_events", "authorizations"),
    compute=_compute,
    rests_on=_rows,
    cases=(
        Case("never", world().paid("P1"), None),
        Case("at the first payment after", happened.paid("P1", at="2019-03-01T10:00:00"), 0.0),
        Case(
            "two payments later",
            happened.paid("P1", period="2019-01", at="2019-02-01T10:00:00")
            .paid("P1", period="2019-02", at="2019-03-01T10:00:00")
            .paid("P1", period="2019-03", at="2019-04-01T10:00:00")
            .paid("P1", period="2019-04", at="2019-05-01T10:00:00"),
            2.0,
        ),
    ),
)
