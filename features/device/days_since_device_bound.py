"""Days from when the card was last bound to a device to the payment; 0 after it."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.device import _bound


def _compute(view: View) -> Float:
    own = view.memo(_bound.bindings)
    return np.maximum(view.own("submitted_at") - own.max(own["at"]), 0.0)


days_since_device_bound = Feature(
    name="days_since_device_bound",
    title=("绑定设备距今天数", "days since the card was bound to a device"),
    unit="days",
    null="none",
    needs=("card_events", "cards"),
    compute=_compute,
    rests_on=_bound.bindings,
    cases=(
        Case("no device", world().paid("P1"), None),
        Case(
            "ten days",
            world()
            .add("card_events", card_id="C1", at="2019-04-10T10:00:00", kind="device_bound", value="DV9")
            .paid("P1", at="2019-04-20T10:00:00"),
            10.0,
        ),
    ),
)
