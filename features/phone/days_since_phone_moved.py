"""Days from when the card's notices were moved to another phone to the payment; 0 after it."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.phone import _bound


def _compute(view: View) -> Float:
    row = view.memo(_bound.rebinding)
    moved = np.asarray(view.at_rows("card_events", "at", row), dtype=np.float64)
    return np.maximum(np.asarray(view.own("submitted_at"), dtype=np.float64) - moved, 0.0)


days_since_phone_moved = Feature(
    name="days_since_phone_moved",
    title=("变更预留手机号距今天数", "days since the notices were moved"),
    unit="days",
    null="none",
    needs=("card_events", "cards"),
    compute=_compute,
    rests_on=_bound.rebinding_rows,
    cases=(
        Case("never", world().paid("P1"), None),
        Case(
            "ten days",
            world()
            .add("card_events", card_id="C1", at="2019-04-10T10:00:00", kind="phone_changed", value="19900000099")
            .paid("P1", at="2019-04-20T10:00:00"),
            10.0,
        ),
    ),
)
