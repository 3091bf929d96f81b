"""The household is paid for far more than it holds."""

from __future__ import annotations

from features._world import world
from features.disbursement.count_lines_of_same_quantity import count_lines_of_same_quantity
from features.disbursement.ratio_quantity_to_holdings import ratio_quantity_to_holdings
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet

ten = world().add("holdings", holding_id="L1", household_id="H1", quantity=10)

RULE = Rule(
    code="T13.far_over_holdings",
    title=("Far above the registered holding", "远超登记面积申领"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=col(ratio_quantity_to_holdings) > setting("T13.far_over"),
    unless=(
        Unless(
            "the same quantity stands on two lines: a payment made twice, not a holding made larger",
            "同一数量列在两笔上：属重复列支问题，非虚增面积",
            col(count_lines_of_same_quantity) >= 1,
        ),
        Unless(
            "exactly ten times the holding: a decimal point out of place (T13.decimal_point_slipped asks for it)",
            "恰为登记面积的十倍：小数点错位，由“小数点错位”规则提示核对",
            (col(ratio_quantity_to_holdings) >= setting("T13.ten_times_from"))
            & (col(ratio_quantity_to_holdings) <= setting("T13.ten_times_to")),
        ),
    ),
    because=(
        "{ratio_quantity_to_holdings} times the registered holding",
        "申领为登记面积的{ratio_quantity_to_holdings}倍",
    ),
    blind_to="claims a little above the holding",
    next_steps=(
        ("Compare application, notice and register", "比对申报、公示与登记面积"),
        ("Measure the parcel", "实地核实面积"),
    ),
    cases=(
        fires("twice the holding", ten.paid("P1", "LAND", quantity=20)),
        explained("ten mu typed as a hundred", ten.paid("P1", "LAND", quantity=100)),
        explained("the holding paid twice", ten.paid("P1", "LAND", quantity=10).paid("P1", "LAND", quantity=10)),
        quiet("a survey on its way: a third more", ten.paid("P1", "LAND", quantity=13)),
        quiet("two parcels on two lines", ten.paid("P1", "LAND", quantity=4).paid("P1", "LAND", quantity=6)),
    ),
)
