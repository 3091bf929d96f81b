"""The household is paid for exactly ten times what it holds: a decimal point out of place."""

from __future__ import annotations

from features._world import world
from features.disbursement.ratio_quantity_to_holdings import ratio_quantity_to_holdings
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

ten = world().add("holdings", holding_id="L1", household_id="H1", quantity=10)

RULE = Rule(
    code="T13.decimal_point_slipped",
    title=("A decimal point out of place", "小数点错位"),
    severity="low",
    desk="department",
    suspect_role="data_error",
    when=(col(ratio_quantity_to_holdings) >= setting("T13.ten_times_from"))
    & (col(ratio_quantity_to_holdings) <= setting("T13.ten_times_to")),
    because=(
        "{ratio_quantity_to_holdings} times the registered holding: most likely a typing error",
        "申领为登记面积的{ratio_quantity_to_holdings}倍，多为录入错误",
    ),
    blind_to="a slip in the register rather than on the list",
    next_steps=(
        ("Compare the line with the application and last year's list", "核对申报表与上年名单"),
        ("Correct the line before it is released", "发放前更正"),
    ),
    cases=(
        fires("ten mu typed as a hundred", ten.paid("P1", "LAND", quantity=100)),
        quiet("twice the holding", ten.paid("P1", "LAND", quantity=20)),
        quiet("as registered", ten.paid("P1", "LAND", quantity=10)),
    ),
)
