"""Payments to the card since its notices were moved to another phone, this one not counted."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.card import _since
from features.phone import _bound


def _compute(view: View) -> Float:
    row = view.memo(_bound.rebinding)
    return _since.payments_since(view, np.asarray(view.at_rows("card_events", "at", row), dtype=np.float64))


happened = world().add("card_events", card_id="C1", at="2019-02-10T10:00:00", kind="phone_changed", value="19900000099")

count_payments_since_phone_moved = Feature(
    name="count_payments_since_phone_moved",
    title=("变更预留手机号后已发放笔数", "payments since the notices were moved"),
    unit="count",
    null="none",
    needs=("card_events", "cards"),
    compute=_compute,
    rests_on=_bound.rebinding_rows,
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
