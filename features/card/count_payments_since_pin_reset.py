"""Payments to the card since somebody unrelated last reset its PIN, this one not counted."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.card import _since
from features.card.is_pin_reset_by_another import _rows


def _compute(view: View) -> Float:
    reset = _rows(view)
    return _since.payments_since(view, reset.max(reset["at"]))


happened = world().add("card_events", card_id="C1", at="2019-02-10T10:00:00", kind="pin_reset", actor_person_id="P3")

count_payments_since_pin_reset = Feature(
    name="count_payments_since_pin_reset",
    title=("他人重置密码后已发放笔数", "payments since somebody unrelated reset the PIN"),
    unit="count",
    null="none",
    needs=("card_events", "cards"),
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
