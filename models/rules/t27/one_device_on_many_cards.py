"""One device is bound to the cards of several unrelated households."""

from __future__ import annotations

from features._world import world
from features.device.count_households_on_device import count_households_on_device
from features.device.count_payments_since_device_bound import count_payments_since_device_bound
from features.device.days_since_device_bound import days_since_device_bound
from models.rules._expression import col, setting
from models.rules._rule import Rule, explained, fires, quiet
from models.rules.t27._each_on_their_own import EACH_ON_THEIR_OWN, bound, thirty_in_a_week

shared = (
    world()
    .add("card_events", card_id="C1", at="2019-01-05T10:00:00", kind="device_bound", value="DV1")
    .add("card_events", card_id="C3", at="2019-01-05T10:00:00", kind="device_bound", value="DV1")
    .add("card_events", card_id="C4", at="2019-01-05T10:00:00", kind="device_bound", value="DV1")
)
child = (
    world()
    .add("card_events", card_id="C1", at="2019-01-05T10:00:00", kind="device_bound", value="DV1")
    .add("card_events", card_id="C2", at="2019-01-05T10:00:00", kind="device_bound", value="DV1")
)
long_ago = shared
for _month in range(1, 9):
    long_ago = long_ago.paid("P1", period=f"2019-0{_month}", at=f"2019-0{_month}-20T10:00:00")

RULE = Rule(
    code="T27.one_device_on_many_cards",
    title=("One device, many households' cards", "一台设备绑定多户卡"),
    severity="high",
    desk="discipline",
    suspect_role="agent",
    when=(col(count_households_on_device) >= setting("T27.households"))
    & (col(count_payments_since_device_bound) <= setting("T27.payments_since"))
    & (col(days_since_device_bound) <= setting("T27.lately")),
    unless=(EACH_ON_THEIR_OWN,),
    because=(
        "The card's device is also bound to cards of {count_households_on_device} unrelated households",
        "该卡绑定的设备同时绑定{count_households_on_device}户无关农户的卡",
    ),
    blind_to="devices the bank does not share; cards bound one by one in their holders' names",
    next_steps=(
        ("Ask the holders whose phone the card is bound to", "向持卡人核实卡绑定在谁的手机上"),
        ("Ask the bank for the owner of the device", "向银行查询设备使用人"),
    ),
    cases=(
        quiet("seven payments ago", long_ago),
        fires("three households on one device", shared.paid("P1")),
        quiet("a child for both parents", child.paid("P1")),
        quiet(
            "a helper on record",
            shared.add("authorizations", person_id="P1", proxy_id="P6")
            .add("authorizations", person_id="P3", proxy_id="P6")
            .paid("P1"),
        ),
        fires("an agent bound thirty cards in a week", thirty_in_a_week("P6").paid("P1")),
        fires("thirty cards in a week, each in its holder's name", thirty_in_a_week(None).paid("P1")),
        fires(
            "months apart, and nobody wrote down by whom",
            bound(("C3", "2018-05-05", None), ("C4", "2018-09-05", None), ("C1", "2019-01-05", None)).paid("P1"),
        ),
        fires(
            "months apart, by an agent",
            bound(("C3", "2018-05-05", "P6"), ("C4", "2018-09-05", "P6"), ("C1", "2019-01-05", "P6")).paid("P1"),
        ),
        explained(
            "three elders who each bound their own card to a shop's phone, months apart",
            bound(("C3", "2018-05-05", "P3"), ("C4", "2018-09-05", "P4"), ("C1", "2019-01-05", "P1")).paid("P1"),
        ),
        quiet(
            "a child who bound the cards of parents and grandparents over years",
            bound(("C1", "2017-06-05", "P4"), ("C3", "2018-02-05", "P4"), ("C5", "2019-01-05", "P4"))
            .add("kinship", person_id="P1", relative_id="P3", relation="parent")
            .add("kinship", person_id="P1", relative_id="P5", relation="other")
            .paid("P1"),
        ),
    ),
)
