"""People whose cards are bound to a device of the card paid to."""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.device import _bound


def _compute(view: View) -> Float:
    return np.where(view.memo(_bound.bindings).count() > 0, view.memo(_bound.people), np.nan)


shared = (
    world()
    .add("card_events", card_id="C1", kind="device_bound", value="DV1")
    .add("card_events", card_id="C3", kind="device_bound", value="DV1")
    .add("card_events", card_id="C4", kind="device_bound", value="DV1")
)

count_people_on_device = Feature(
    name="count_people_on_device",
    title=("同一设备绑定的人数", "people on the same device"),
    unit="count",
    null="none",
    needs=("card_events", "cards"),
    compute=_compute,
    rests_on=_bound.rows_of,
    cases=(
        Case("no device", world().paid("P1"), None),
        Case("three people", shared.paid("P1"), 3.0),
        Case(
            "only the holder",
            world().add("card_events", card_id="C1", kind="device_bound", value="DV9").paid("P1"),
            1.0,
        ),
    ),
)
