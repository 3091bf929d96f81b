"""Days between the binding of the card and the nearest binding of an unrelated household's card to the same device.

Cards harvested by one hand are bound together; people who each bind their own card to somebody's phone come one by
one. Before and after count alike; what is bound after the moment is not known. No trained model
reads it: nearly all payments have none.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.device import _bound


def _compute(view: View) -> Float:
    own = view.memo(_bound.bindings)
    place, _, row = view.memo(_bound.of_unrelated)
    there = np.asarray(view.ledger.tables["card_events"].column("at"))[row]
    nearest = np.full(view.n, np.inf)
    np.minimum.at(nearest, own.query[place], np.abs(there - own["at"][place]))
    return np.where(np.isinf(nearest), np.nan, nearest)


mine = world().add("card_events", card_id="C1", at="2019-01-05T10:00:00", kind="device_bound", value="DV1")

days_to_nearest_other_binding_on_device = Feature(
    name="days_to_nearest_other_binding_on_device",
    title=("同一设备上距最近一次他户绑定天数", "days to the nearest binding of another household on the device"),
    unit="days",
    null="none",
    needs=("card_events", "cards"),
    compute=_compute,
    rests_on=_bound.rows_of,
    model=False,
    cases=(
        Case("no device", world().paid("P1"), None),
        Case("alone on the device", mine.paid("P1"), None),
        Case(
            "a household before, one after",
            mine.add("card_events", card_id="C3", at="2018-11-05T10:00:00", kind="device_bound", value="DV1")
            .add("card_events", card_id="C4", at="2019-01-08T22:00:00", kind="device_bound", value="DV1")
            .paid("P1"),
            3.5,
        ),
        Case(
            "bound twice: the nearer of the two",
            mine.add("card_events", card_id="C1", at="2018-06-05T10:00:00", kind="device_bound", value="DV1")
            .add("card_events", card_id="C3", at="2018-06-06T10:00:00", kind="device_bound", value="DV1")
            .paid("P1"),
            1.0,
        ),
        Case(
            "the same day, but on another device",
            mine.add("card_events", card_id="C3", at="2019-01-05T10:00:00", kind="device_bound", value="DV2").paid(
                "P1"
            ),
            None,
        ),
        Case(
            "the spouse's card the same day",
            mine.add("card_events", card_id="C2", at="2019-01-05T10:00:00", kind="device_bound", value="DV1").paid(
                "P1"
            ),
            None,
        ),
        Case(
            "the next comes after this payment",
            mine.add("card_events", card_id="C3", at="2018-11-05T10:00:00", kind="device_bound", value="DV1")
            .add("card_events", card_id="C4", at="2019-05-01T10:00:00", kind="device_bound", value="DV1")
            .paid("P1", at="2019-04-20T10:00:00"),
            61.0,
        ),
    ),
)
