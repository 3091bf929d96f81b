"""What is compared between two entries, inside one household and across households.

The two are weighed apart: members of a household share a surname, a village and often a phone, so there these say
little, and across households much. Sex, dates and names use the levels of `mingbai match`; the birth dates of two
entries may differ by up to three years where a second identity was made, and two numbers can only be forms or slips of
each other.
"""

from __future__ import annotations

from dataclasses import replace

from features.matching.comparisons import Comparison, Level, comparison_of
from features.matching.spec import Spec

THREE_YEARS = 3 * 366
"""How far two birth dates of one person registered twice may lie apart; a parent and a child lie further."""

NUMBER = Comparison(
    "number",
    "number_text_l is null or number_text_r is null",
    (
        Level("old_form", "新旧号码对应", "number_l = number_r and number_text_l <> number_text_r", 0.3),
        Level(
            "one_slip",
            "差一位或相邻两位颠倒",
            "(unsound_l is not null or unsound_r is not null) and (damerau_levenshtein(number_text_l, number_text_r)"
            " <= 1 or damerau_levenshtein(number_l, number_r) <= 1)",
            0.2,
        ),
        Level("other", "不同号码", "", 0.5),
    ),
)
"""A slip breaks the check character, so two sound numbers are never one slip apart."""


def comparisons(spec: Spec, inside: bool) -> tuple[Comparison, ...]:
    """The comparisons of pairs inside a household, or across households."""
    by_name = {field.name: comparison_of(field) for field in spec.fields if field.name in ("name", "birth", "sex")}
    found = [_symmetric(by_name["name"], inside), _dated(by_name["birth"]), by_name["sex"]]
    if not inside:
        found += [_settled(comparison_of(field)) for field in spec.fields if field.name in ("place", "phone")]
    return (*found, NUMBER)


def _settled(place: Comparison) -> Comparison:
    """Two villages merged since are one: a second entry is often one that a merger left behind."""
    if not any(level.key == "merged_village" for level in place.levels):
        return place
    kept = tuple(level for level in place.levels if level.key != "merged_village")
    one = replace(kept[0], condition=f"{place.field}_l = {place.field}_r", column=place.field)
    return replace(place, levels=(one, *kept[1:]))


def _symmetric(name: Comparison, inside: bool) -> Comparison:
    """Former names on either side; inside a household a name's rarity in the county says nothing."""
    levels = [
        replace(level, condition=f"{level.condition} or name_former_l = name_r") if level.key == "former" else level
        for level in name.levels
    ]
    if inside:
        levels = [replace(level, basis="sample", column=None, by_value=False) for level in levels]
    return replace(name, levels=tuple(levels))


def _dated(birth: Comparison) -> Comparison:
    """With a level for dates up to three years apart, before the level of equal years."""
    places = [level.key for level in birth.levels].index("two_digits")
    wide = Level("three_years", "相差三年以内", f"abs(birth_day_l - birth_day_r) <= {THREE_YEARS}", 0.05)
    return replace(birth, levels=(*birth.levels[:places], wide, *birth.levels[places:]))
