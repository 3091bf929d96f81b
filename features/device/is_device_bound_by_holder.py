"""Whether every binding of the card to a device on record was done by its holder, and each says by whom.

No trained model reads it: who is written down as the actor is a bank's habit, and differs from bank to bank.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float, flag
from features._world import world
from features.asof import View
from features.device import _bound


def _compute(view: View) -> Float:
    own = view.memo(_bound.bindings)
    holder = np.asarray(view.lookup("cards", "holder_person_id", "card_id"), dtype=np.int64)[own.query]
    actor = own["actor_person_id"]
    told = (actor >= 0) & (holder >= 0)
    by_another, untold = own.where(told & (actor != holder)).count() > 0, own.where(~told).count() > 0
    known = (own.count() > 0) & (by_another | ~untold)
    return np.where(known, flag(~by_another), np.nan)


own_hand = world().add(
    "card_events", card_id="C1", at="2019-01-05T10:00:00", kind="device_bound", value="DV1", actor_person_id="P1"
)

is_device_bound_by_holder = Feature(
    name="is_device_bound_by_holder",
    title=("由持卡人本人绑定设备", "device bound by the holder"),
    unit="flag",
    null="unknown",
    needs=("card_events", "card_events.actor_person_id", "cards"),
    compute=_compute,
    rests_on=_bound.bindings,
    model=False,
    cases=(
        Case("never bound", world().paid("P1"), None),
        Case("by the holder", own_hand.paid("P1"), 1.0),
        Case(
            "nobody wrote down by whom",
            world().add("card_events", card_id="C1", kind="device_bound", value="DV1").paid("P1"),
            None,
        ),
        Case(
            "by the holder, and once by nobody knows whom",
            own_hand.add("card_events", card_id="C1", kind="device_bound", value="DV2").paid("P1"),
            None,
        ),
        Case(
            "by the spouse",
            world().add("card_events", card_id="C1", kind="device_bound", value="DV1", actor_person_id="P2").paid("P1"),
            0.0,
        ),
        Case(
            "by the holder, before by an official",
            own_hand.change("officials", "official_id", "O1", person_id="P4")
            .add("card_events", card_id="C1", kind="device_bound", value="DV1", actor_person_id="P4")
            .paid("P1"),
            0.0,
        ),
        Case(
            "by the holder, after this payment by a neighbour",
            own_hand.add(
                "card_events",
                card_id="C1",
                at="2019-05-01T10:00:00",
                kind="device_bound",
                value="DV1",
                actor_person_id="P3",
            ).paid("P1", at="2019-04-20T10:00:00"),
            1.0,
        ),
    ),
)
