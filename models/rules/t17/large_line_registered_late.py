"""A line many times its village's median rests on holdings recorded years after everybody else's."""

from __future__ import annotations

from features._world import World, world
from features.division.ratio_quantity_to_village_median import ratio_quantity_to_village_median
from features.division.share_of_outliers_in_village_list import share_of_outliers_in_village_list
from features.household.years_parcels_recorded_after_others import years_parcels_recorded_after_others
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet


def grower(recorded: str, quantity: float = 50) -> World:
    """P1 with a large holding recorded on a day, beside neighbours whose holdings were recorded in 2009."""
    made = world().add("holdings", holding_id="L1", household_id="H1", quantity=quantity, recorded_at=recorded)
    for number in range(12):
        made = made.add(
            "holdings",
            holding_id=f"F{number}",
            household_id=f"N{number}",
            quantity=5,
            recorded_at="2009-01-01T00:00:00",
        )
        made = made.paid("P3", "LAND", household_id=f"N{number}", quantity=5)
    return made.paid("P1", "LAND", quantity=quantity)


RULE = Rule(
    code="T17.large_line_registered_late",
    title=("Large line on holdings recorded late", "大面积且登记明显晚于他户"),
    severity="middle",
    desk="discipline",
    suspect_role="official",
    when=(col(ratio_quantity_to_village_median) >= setting("T17.times_median"))
    & (col(years_parcels_recorded_after_others) >= setting("T17.years_later"))
    & (col(share_of_outliers_in_village_list) >= setting("T17.share_of_list")),
    because=(
        "{ratio_quantity_to_village_median} times the village median, on holdings recorded"
        " {years_parcels_recorded_after_others} years after the county's on average; very large lines take"
        " {share_of_outliers_in_village_list} of the list",
        "面积为本村中位数的{ratio_quantity_to_village_median}倍，地块登记比全县平均晚{years_parcels_recorded_after_others}年，"
        "超大面积占名单的{share_of_outliers_in_village_list}",
    ),
    blind_to="large holdings invented before the register was first filled",
    next_steps=(
        ("Read the contract or certificate behind the holding", "核对承包合同或权证"),
        ("Look at the land, or at a satellite picture", "实地或影像核对面积"),
    ),
    cases=(
        fires("ten times the median, recorded ten years later", grower("2018-10-01")),
        quiet("a real large grower, recorded with everybody", grower("2009-01-01T00:00:00")),
        quiet("recorded late, of ordinary size", grower("2018-10-01", 6)),
    ),
)
