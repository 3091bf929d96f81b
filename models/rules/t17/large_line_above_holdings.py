"""A line many times its village's median, in a list few lines dominate, is above what the household has registered."""

from __future__ import annotations

from features._world import World, world
from features.disbursement.ratio_quantity_to_holdings import ratio_quantity_to_holdings
from features.division.ratio_quantity_to_village_median import ratio_quantity_to_village_median
from features.division.share_of_outliers_in_village_list import share_of_outliers_in_village_list
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet


def grower(quantity: float, registered: float) -> World:
    """P1 with a holding, beside twelve neighbours of five mu each."""
    made = world().add("holdings", holding_id="L1", household_id="H1", quantity=registered)
    for number in range(12):
        made = made.add("holdings", holding_id=f"F{number}", household_id=f"N{number}", quantity=5)
        made = made.paid("P3", "LAND", household_id=f"N{number}", quantity=5)
    return made.paid("P1", "LAND", quantity=quantity)


RULE = Rule(
    code="T17.large_line_above_holdings",
    title=("Few lines take most of a list, above their holdings", "少数户占名单大半且超登记面积"),
    severity="middle",
    desk="discipline",
    suspect_role="official",
    when=(col(ratio_quantity_to_village_median) >= setting("T17.times_median"))
    & (col(ratio_quantity_to_holdings) >= setting("T17.times_holdings"))
    & (col(share_of_outliers_in_village_list) >= setting("T17.share_of_list")),
    because=(
        "{ratio_quantity_to_village_median} times the village median and {ratio_quantity_to_holdings} times the"
        " registered holding; very large lines take {share_of_outliers_in_village_list} of the list",
        "面积为本村中位数的{ratio_quantity_to_village_median}倍、登记面积的{ratio_quantity_to_holdings}倍，超大面积占名单的"
        "{share_of_outliers_in_village_list}",
    ),
    blind_to="large lines whose holdings were raised to match",
    next_steps=(
        ("Compare the line with last year's and with the register", "与上年名单和登记比对"),
        ("Look at the land, or at a satellite picture", "实地或影像核对面积"),
    ),
    cases=(
        fires("sixty mu paid, six registered", grower(60, 6)),
        quiet("a real large grower", grower(60, 60)),
        quiet("above the holding, of ordinary size", grower(8, 6)),
    ),
)
