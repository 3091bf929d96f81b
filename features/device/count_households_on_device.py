"""Households of unrelated holders whose cards are bound to a device of the card paid to."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.device import _bound


def _compute(view: View) -> Float:
    return np.where(view.memo(_bound.bindings).count() > 0, view.memo(_bound.households), np.nan)


shared = (
    world()
    .add("card_events", card_id="C1", kind="device_bound", value="DV1")
    .add("card_events", card_id="C3", kind="device_bound", value="DV1")
    .add("card_events", card_id="C4", kind="device_bound", value="DV1")
)

count_households_on_device = Feature(
    name="count_households_on_device",
    title=("同一设备绑定的无关户数", "other unrelated households on the same device"),
    unit="count",
    null="none",
    needs=("card_events", "cards"),
    compute=_compute,
    rests_on=_bound.rows_of,
    cases=(
        Case("no device", world().paid("P1"), None),
        Case("two other households", shared.paid("P1"), 2.0),
        Case(
            "a child for both parents",
            world()
            .add("card_events", card_id="C1", kind="device_bound", value="DV1")
            .add("card_events", card_id="C2", kind="device_bound", value="DV1")
            .paid("P1"),
            0.0,
        ),
    ),
)
