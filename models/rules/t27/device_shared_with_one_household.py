"""One device is bound to cards of two unrelated households."""

from __future__ import annotations

from features._world import world
from features.device.count_households_on_device import count_households_on_device
from features.device.count_payments_since_device_bound import count_payments_since_device_bound
from features.device.days_since_device_bound import days_since_device_bound
from models.rules._expression import col, setting
from models.rules._rule import Rule, explained, fires, quiet
from models.rules.t27._each_on_their_own import EACH_ON_THEIR_OWN, bound

child = (
    world()
    .add("card_events", card_id="C1", at="2019-01-05T10:00:00", kind="device_bound", value="DV1")
    .add("card_events", card_id="C2", at="2019-01-05T10:00:00", kind="device_bound", value="DV1")
)

RULE = Rule(
    code="T27.device_shared_with_one_household",
    title=("Device shared with another household", "设备与另一户共用"),
    severity="low",
    desk="discipline",
    suspect_role="agent",
    when=col(count_households_on_device).is_(1)
    & (col(count_payments_since_device_bound) <= setting("T27.payments_since"))
    & (col(days_since_device_bound) <= setting("T27.just_now")),
    unless=(EACH_ON_THEIR_OWN,),
    because=(
        "The card's device is also bound to the card of {count_households_on_device} unrelated household",
        "该卡绑定的设备同时绑定{count_households_on_device}户无关农户的卡",
    ),
    blind_to="devices the bank does not share; cards bound one by one in their holders' names",
    next_steps=(
        ("Ask the holders whose phone the card is bound to", "向持卡人核实卡绑定在谁的手机上"),
        ("Ask the bank for the owner of the device", "向银行查询设备使用人"),
    ),
    cases=(
        fires(
            "two households on one device",
            world()
            .add("card_events", card_id="C1", at="2019-01-05T10:00:00", kind="device_bound", value="DV1")
            .add("card_events", card_id="C3", at="2019-01-05T10:00:00", kind="device_bound", value="DV1")
            .paid("P1"),
        ),
        quiet("a child for both parents", child.paid("P1")),
        fires(
            "a neighbour's card bound the same week",
            bound(("C1", "2019-01-05", "P1"), ("C3", "2019-01-09", "P3")).paid("P1"),
        ),
        explained(
            "a widow who bound her card to the neighbour's phone half a year after the neighbour",
            bound(("C3", "2018-06-05", "P3"), ("C1", "2019-01-05", "P1")).paid("P1"),
        ),
        quiet(
            "kin on record",
            world()
            .add("kinship", person_id="P1", relative_id="P3")
            .add("card_events", card_id="C1", at="2019-01-05T10:00:00", kind="device_bound", value="DV1")
            .add("card_events", card_id="C3", at="2019-01-05T10:00:00", kind="device_bound", value="DV1")
            .paid("P1"),
        ),
    ),
)
