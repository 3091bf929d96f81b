"""Payments to the card since it was last bound to a device, this one not counted."""

from __future__ import annotations

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.card import _since
from features.device import _bound


def _compute(view: View) -> Float:
    own = view.memo(_bound.bindings)
    return _since.payments_since(view, own.max(own["at"]))


happened = world().add("card_events", card_id="C1", at="2019-02-10T10:00:00", kind="device_bound", value="DV1")

count_payments_since_device_bound = Feature(
    name="count_payments_since_device_bound",
    title=("绑定设备后已发放笔数", "payments since the card was bound to a device"),
    unit="count",
    null="none",
    needs=("card_events", "cards"),
    compute=_compute,
    rests_on=_bound.bindings,
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
