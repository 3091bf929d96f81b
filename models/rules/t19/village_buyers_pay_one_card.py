"""Earlier machine buyers of the village passed most of their subsidy on to one and the same card."""

from __future__ import annotations

from features._world import world
from features.division.count_village_buyers_paying_one_card_1095d import count_village_buyers_paying_one_card_1095d
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

bought = world()
for person in ("P1", "P3"):
    bought = bought.paid(person, "MACHINE", at="2018-08-20", amount="5600.00").add(
        "card_transactions", card_id=person.replace("P", "C"), kind="transfer_out", at="2018-08-27T10:00:00",
        amount="5200.00", counterparty_card_id="C6",
    )  # fmt: skip

RULE = Rule(
    code="T19.village_buyers_pay_one_card",
    title=("Village machine buyers pay one card", "本村购机户补贴款转入同一卡"),
    severity="middle",
    desk="discipline",
    suspect_role="agent",
    when=col(count_village_buyers_paying_one_card_1095d) >= setting("T19.buyers_paying_one_card"),
    because=(
        "{count_village_buyers_paying_one_card_1095d} earlier buyers of the village passed most of the subsidy on to"
        " one card",
        "此前本村{count_village_buyers_paying_one_card_1095d}名购机户将大部分补贴转入同一卡",
    ),
    blind_to="money handed over in cash, and dealers who change cards",
    next_steps=(
        ("See whether the buyer has the machine", "现场核实机具"),
        ("Compare the subsidy with the price on the invoice", "比对补贴与发票价格"),
    ),
    cases=(
        fires("two earlier buyers", bought.paid("P4", "MACHINE")),
        quiet("a village where buyers kept the money", bought.paid("P6", "MACHINE")),
        quiet("land", bought.paid("P4", "LAND")),
    ),
)
