"""A household's quantity rose again, in a village where far more quantities rise than in the county, total flat."""

from __future__ import annotations

from features._world import World, world
from features.division.ratio_village_quantity_to_period_before import ratio_village_quantity_to_period_before
from features.division.ratio_village_rising_to_county import ratio_village_rising_to_county
from features.household.count_years_quantity_rose import count_years_quantity_rose
from features.household.ratio_quantity_to_period_before import ratio_quantity_to_period_before
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet


def years(*quantities: float, others: float = 40.0, neighbour: float = 40.0) -> World:
    """P1's quantity year by year; a neighbour's in the last year; many steady lists in another village."""
    made = world()
    for offset, quantity in enumerate(quantities):
        year = 2020 - len(quantities) + offset
        last = year == 2019
        made = made.paid("P3", "LAND", at=f"{year}-07-18", quantity=neighbour if last else 40)
        for number in range(12):
            made = made.paid("P6", "LAND", at=f"{year}-07-18", household_id=f"N{number}", quantity=others)
        made = made.paid("P1", "LAND", at=f"{year}-07-20", quantity=quantity)
    return made


RULE = Rule(
    code="T14.rising_where_others_do_not",
    title=("Quantity creeps up year by year", "面积逐年增加而全村总量未变"),
    severity="middle",
    desk="discipline",
    suspect_role="official",
    when=(col(count_years_quantity_rose) >= setting("T14.years_in_a_row"))
    & (col(ratio_village_rising_to_county) >= setting("T14.village_to_county")),
    unless=(
        Unless(
            "the village's total grew alike: land was consolidated or reclaimed",
            "全村总面积同步增加（土地整理或复垦）",
            col(ratio_village_quantity_to_period_before) >= setting("T14.village_growth"),
        ),
    ),
    because=(
        "Quantity {ratio_quantity_to_period_before} times that of the period before, and risen then too; such rises are"
        " {ratio_village_rising_to_county} times as usual in this village as in the county",
        "面积为上期的{ratio_quantity_to_period_before}倍且连年增加，本村增加户占比是全县的{ratio_village_rising_to_county}倍",
    ),
    blind_to="a quantity raised once and kept",
    next_steps=(
        ("Read what the change in the land register rests on", "核对地块变更登记依据"),
        ("Compare with the survey map of the village", "与本村地块图比对"),
    ),
    cases=(
        fires("twice in a row, in a village of steady lists", years(4, 5, 6)),
        explained("the whole village grew", years(4, 5, 6, neighbour=60)),
        quiet("once", years(4, 5)),
        quiet("as everybody in the county", years(4, 4, 4)),
    ),
    shows=(ratio_quantity_to_period_before,),
)
