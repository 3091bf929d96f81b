"""The household is paid for more than it holds, as in the period before."""

from __future__ import annotations

from features._world import world
from features.disbursement.ratio_quantity_to_holdings import ratio_quantity_to_holdings
from features.disbursement.ratio_quantity_to_holdings_last_period import ratio_quantity_to_holdings_last_period
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

ten = world().add("holdings", holding_id="L1", household_id="H1", quantity=10)
last_year = ten.paid("P1", "LAND", quantity=12, at="2018-07-20")

RULE = Rule(
    code="T13.over_holdings_again",
    title=("Above the registered holding, again", "连续超登记面积申领"),
    severity="high",
    desk="discipline",
    suspect_role="official",
    when=(
        (col(ratio_quantity_to_holdings) > setting("T13.over"))
        & (col(ratio_quantity_to_holdings_last_period) > setting("T13.over"))
    ),
    because=(
        (
            "{ratio_quantity_to_holdings} times the registered holding, and {ratio_quantity_to_holdings_last_period} "
            "times in the period before"
        ),
        "申领为登记面积的{ratio_quantity_to_holdings}倍，上期为{ratio_quantity_to_holdings_last_period}倍",
    ),
    blind_to="the first year of a claim too large",
    next_steps=(
        ("Compare application, notice and register", "比对申报、公示与登记面积"),
        ("Measure the parcel", "实地核实面积"),
    ),
    cases=(
        fires("twelve mu on ten, two years running", last_year.paid("P1", "LAND", quantity=12)),
        quiet("the first year: a survey may be on its way", ten.paid("P1", "LAND", quantity=12)),
        quiet(
            "the survey was recorded since",
            last_year.add(
                "holdings",
                holding_id="L1",
                household_id="H1",
                quantity=12,
                valid_from="2018-02-01",
                recorded_at="2018-09-01",
            ).paid("P1", "LAND", quantity=12),
        ),
    ),
)
