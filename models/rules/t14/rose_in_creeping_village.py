"""A household's quantity rose, in a village where rises are many times as usual as in the county, total flat."""

from __future__ import annotations

from features._world import World, world
from features.division.ratio_village_quantity_to_period_before import ratio_village_quantity_to_period_before
from features.division.ratio_village_rising_to_county import ratio_village_rising_to_county
from features.household.count_years_quantity_rose import count_years_quantity_rose
from features.household.ratio_quantity_to_period_before import ratio_quantity_to_period_before
from models.rules._expression import col, setting
from models.rules._rule import Rule, Unless, explained, fires, quiet


def two_years(*rising: str, steady: int, growth: float = 1.2) -> World:
    """Households of the first village whose quantity grew in 2019, beside steady lists in the third."""
    made = world()
    for year, factor in ((2018, 1.0), (2019, growth)):
        for number in range(steady):
            made = made.paid("P6", "LAND", at=f"{year}-07-18", household_id=f"N{number}", quantity=8)
        for number in range(6):
            made = made.paid("P3", "LAND", at=f"{year}-07-18", household_id=f"M{number}", quantity=30)
        for home in rising:
            made = made.paid("P1", "LAND", at=f"{year}-07-20", household_id=home, quantity=8 * factor)
    return made


RULE = Rule(
    code="T14.rose_in_creeping_village",
    title=("Quantity rose in a village of many rises", "本村面积增加户异常集中"),
    severity="low",
    desk="discipline",
    suspect_role="official",
    when=(col(count_years_quantity_rose) >= 1)
    & (col(ratio_village_rising_to_county) >= setting("T14.village_to_county_once")),
    unless=(
        Unless(
            "the village's total grew alike: land was consolidated or reclaimed",
            "全村总面积同步增加（土地整理或复垦）",
            col(ratio_village_quantity_to_period_before) >= setting("T14.village_growth"),
        ),
    ),
    because=(
        "Quantity {ratio_quantity_to_period_before} times that of the period before; such rises are"
        " {ratio_village_rising_to_county} times as usual in this village as in the county",
        "面积为上期的{ratio_quantity_to_period_before}倍，本村增加户占比是全县的{ratio_village_rising_to_county}倍",
    ),
    blind_to="a village where only one household's quantity was raised",
    next_steps=(
        ("Read what the changes in the village's land register rest on", "核对本村地块变更登记依据"),
        ("Ask who entered the changes", "核对变更录入人"),
    ),
    cases=(
        fires("three of nine here, none of eighty elsewhere", two_years("H1", "H2", "H3", steady=80)),
        explained("the village's total doubled", two_years("H1", "H2", "H3", steady=80, growth=12.0)),
        quiet("as usual as anywhere in a small county", two_years("H1", "H2", "H3", steady=4)),
        quiet("a tenth or less is a correction", two_years("H1", "H2", "H3", steady=80, growth=1.05)),
    ),
    shows=(ratio_quantity_to_period_before,),
)
