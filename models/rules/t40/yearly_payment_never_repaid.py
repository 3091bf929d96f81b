"""A good part of the item's money came back earlier and never reached the payee, in a village where that is usual."""

from __future__ import annotations

from features._world import world
from features.disbursement.share_item_money_never_repaid_800d import share_item_money_never_repaid_800d
from features.division.ratio_village_unrepaid_to_county_730d import ratio_village_unrepaid_to_county_730d
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

elsewhere = world()
for number in range(20):
    elsewhere = elsewhere.paid("P6", at="2018-07-20", disbursement_id=f"F{number}").add(
        "settlements", disbursement_id=f"F{number}", at="2018-07-25"
    )
returned = elsewhere.paid("P1", "LAND", at="2018-07-20", disbursement_id="E1").add(
    "settlements", disbursement_id="E1", status="returned", amount=None, at="2018-07-25"
)

RULE = Rule(
    code="T40.yearly_payment_never_repaid",
    title=("Earlier returned payment never sent again", "此前退回款长期未补发"),
    severity="low",
    desk="owed",
    suspect_role="department",
    when=(col(share_item_money_never_repaid_800d) >= setting("T40.share_never_repaid"))
    & (col(ratio_village_unrepaid_to_county_730d) >= setting("T40.village_to_county")),
    because=(
        "{share_item_money_never_repaid_800d} of the item's money since 800 days came back and was not sent again;"
        " payments come back {ratio_village_unrepaid_to_county_730d} times as often in this village as in the county",
        "近800天该项目资金中{share_item_money_never_repaid_800d}退回且未补发，本村退回率为全县的"
        "{ratio_village_unrepaid_to_county_730d}倍",
    ),
    blind_to="money handed over in cash after it came back",
    next_steps=(
        ("Ask the payee which payments arrived", "电话核实哪些款项未到账"),
        ("Check the card number on the roster against the payee's card", "核对名册卡号与本人卡号"),
    ),
    cases=(
        fires("last year's land subsidy never arrived", returned.paid("P1", "LAND")),
        quiet("it was sent again", returned.paid("P1", "LAND", at="2018-08-20", reissue_of="E1").paid("P1", "LAND")),
        quiet("nothing came back", elsewhere.paid("P1", "LAND")),
    ),
)
