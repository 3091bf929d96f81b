"""Somebody unrelated bound the card to a device that holds another household's card too."""

from __future__ import annotations

from features._world import world
from features.device.count_households_on_device import count_households_on_device
from features.device.count_payments_since_device_bound import count_payments_since_device_bound
from features.device.days_since_device_bound import days_since_device_bound
from features.device.is_device_bound_by_another import is_device_bound_by_another
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

bound = (
    world()
    .add("card_events", card_id="C1", at="2019-01-05T10:00:00", kind="device_bound", value="DV1", actor_person_id="P4")
    .add("card_events", card_id="C3", at="2019-01-05T10:00:00", kind="device_bound", value="DV1", actor_person_id="P4")
)

RULE = Rule(
    code="T27.bound_by_another_with_others",
    title=("Bound by somebody unrelated to a shared device", "他人将卡绑定至多户共用设备"),
    severity="high",
    desk="discipline",
    suspect_role="agent",
    when=col(is_device_bound_by_another).is_true()
    & (col(count_households_on_device) >= 1)
    & (col(count_payments_since_device_bound) <= setting("T27.payments_since"))
    & (col(days_since_device_bound) <= setting("T27.lately")),
    because=(
        "Somebody unrelated bound the card to a device that also holds cards of {count_households_on_device}"
        " unrelated households",
        "该卡由无关人员绑定至设备，该设备另绑定{count_households_on_device}户无关农户的卡",
    ),
    blind_to="bindings recorded without an actor",
    next_steps=(
        ("Ask the holders whose phone the card is bound to", "向持卡人核实卡绑定在谁的手机上"),
        ("Ask the bank for the owner of the device", "向银行查询设备使用人"),
    ),
    cases=(
        fires("a neighbour bound both", bound.paid("P1")),
        quiet(
            "the holders bound their own",
            world()
            .add(
                "card_events",
                card_id="C1",
                at="2019-01-05T10:00:00",
                kind="device_bound",
                value="DV1",
                actor_person_id="P1",
            )
            .add(
                "card_events",
                card_id="C3",
                at="2019-01-05T10:00:00",
                kind="device_bound",
                value="DV1",
                actor_person_id="P3",
            )
            .paid("P1"),
        ),
        quiet(
            "a child bound both parents'",
            world()
            .add(
                "card_events",
                card_id="C1",
                at="2019-01-05T10:00:00",
                kind="device_bound",
                value="DV1",
                actor_person_id="P2",
            )
            .add(
                "card_events",
                card_id="C2",
                at="2019-01-05T10:00:00",
                kind="device_bound",
                value="DV1",
                actor_person_id="P2",
            )
            .paid("P1"),
        ),
    ),
)
