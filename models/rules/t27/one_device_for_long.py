"""One device has long been bound to the cards of several unrelated households, and few payments came since."""

from __future__ import annotations

from features._world import world
from features.device.count_households_on_device import count_households_on_device
from features.device.count_payments_since_device_bound import count_payments_since_device_bound
from features.device.days_since_device_bound import days_since_device_bound
from models.rules._expression import col, setting
from models.rules._rule import Rule, explained, fires, quiet
from models.rules.t27._each_on_their_own import EACH_ON_THEIR_OWN, bound

shared = (
    world()
    .add("card_events", card_id="C1", at="2019-01-05T10:00:00", kind="device_bound", value="DV1")
    .add("card_events", card_id="C3", at="2019-01-05T10:00:00", kind="device_bound", value="DV1")
    .add("card_events", card_id="C4", at="2019-01-05T10:00:00", kind="device_bound", value="DV1")
)
child = (
    world()
    .add("card_events", card_id="C1", kind="device_bound", value="DV1")
    .add("card_events", card_id="C2", kind="device_bound", value="DV1")
)
two_years = world()
for _card in ("C1", "C3", "C4"):
    two_years = two_years.add("card_events", card_id=_card, at="2018-02-01T10:00:00", kind="device_bound", value="DV1")
long_ago = two_years
for _month in range(1, 9):
    long_ago = long_ago.paid("P1", period=f"2019-0{_month}", at=f"2019-0{_month}-20T10:00:00")

RULE = Rule(
    code="T27.one_device_for_long",
    title=("One device, many households' cards, for long", "一台设备长期绑定多户卡"),
    severity="low",
    desk="discipline",
    suspect_role="agent",
    when=(col(count_households_on_device) >= setting("T27.households"))
    & (col(count_payments_since_device_bound) <= setting("T27.payments_since"))
    & (col(days_since_device_bound) > setting("T27.lately")),
    unless=(EACH_ON_THEIR_OWN,),
    because=(
        "Bound {days_since_device_bound} days before the payment, the device also holds cards of"
        " {count_households_on_device} unrelated households",
        "该卡于发放前{days_since_device_bound}天绑定设备，该设备同时绑定{count_households_on_device}户无关农户的卡",
    ),
    blind_to="devices the bank does not share; cards bound one by one in their holders' names",
    next_steps=(
        ("Ask the holders whose phone the card is bound to", "向持卡人核实卡绑定在谁的手机上"),
        ("Ask the bank for the owner of the device", "向银行查询设备使用人"),
    ),
    cases=(
        fires("bound two years ago, paid once a year", two_years.paid("P1", period="2019")),
        quiet("bound lately", shared.paid("P1")),
        quiet("monthly payments since", long_ago),
        quiet("a child for parents", child.paid("P1")),
        fires(
            "two years ago within days, each in its holder's name",
            bound(("C3", "2018-02-01", "P3"), ("C4", "2018-02-03", "P4"), ("C1", "2018-02-04", "P1")).paid(
                "P1", period="2019"
            ),
        ),
        explained(
            "each bound their own, months apart",
            bound(("C3", "2017-05-05", "P3"), ("C1", "2018-02-01", "P1"), ("C4", "2018-09-05", "P4")).paid(
                "P1", period="2019"
            ),
        ),
    ),
    shows=(days_since_device_bound,),
)
