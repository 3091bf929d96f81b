"""What one field can say about a pair: its levels, from full agreement to a plain difference.

A level is a condition over the prepared columns of both sides (`_l` the row, `_r` the person) in SQL that DuckDB and
Spark both read; `{jaro_winkler}` stands for the one function they name differently. The first condition that holds
counts. Null is a level of its own and weighs nothing: "cannot say" is never "differs".

`m` is the shipped share of true pairs at a level; the data move it (`weights.py`). Where `u`, the share of false
pairs, comes from is said by `basis`: a random sample of pairs, the frequencies of a column of the register, how many
persons share a key, or nothing but the share of wrong keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from features.matching.spec import Field

Basis = Literal["sample", "frequency", "key", "wrong"]
Role = Literal["tells", "leaves_open", "settles"]
"""What agreement in a field is good for.

It *tells* who is meant; it fits, but *leaves open* whether a stranger is meant (a name, a sex, an age); or it only
*settles* which of several persons is meant, and is no proof against a stranger.
"""


SIXTEEN_YEARS: Final = 5844
"""In days. Lists of deaths, salaries, vehicles and companies seldom mean a child; how seldom is learned."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level: its name, words for people, its condition, shares of true pairs, and where `u` comes from.

    `column` is the prepared column whose frequencies (or sharing) count; a level with `basis` other than `sample`
    has one. `by_value` lets a rare value weigh more than a common one. A level `fixed` keeps its shipped `m`: what
    cannot be is not learned from a row that was linked wrongly.
    """

    key: str
    zh: str
    condition: str
    m: float
    basis: Basis = "sample"
    column: str | None = None
    by_value: bool = False
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """The levels of one field; `null` is the condition under which nothing can be said."""

    field: str
    null: str
    levels: tuple[Level, ...]
    role: Role = "tells"

    def case(self, jaro_winkler: str) -> str:
        """A CASE expression: the number of the level, -1 where nothing can be said; level 0 is full agreement."""
        parts = [f"WHEN {level.condition} THEN {n}" for n, level in enumerate(self.levels[:-1])]
        text = f"CASE WHEN {self.null} THEN -1 {' '.join(parts)} ELSE {len(self.levels) - 1} END"
        return text.replace("{jaro_winkler}", jaro_winkler)

    @property
    def values(self) -> str | None:
        """The column whose frequencies move weights by value, None where no level does that."""
        return next((level.column for level in self.levels if level.by_value), None)


def _name(f: Field) -> Comparison:
    n = f.name
    levels = [
        Level("same", "姓名相同", f"{n}_l = {n}_r", 0.9, "frequency", n, True),
        Level("other_order", "字序不同", f"{n}_sorted_l = {n}_sorted_r", 0.01),
        Level("homophone", "同音字", f"{n}_sound_l = {n}_sound_r", 0.02, "sample", f"{n}_sound", True),
        Level("near_homophone", "近音字", f"{n}_near_l = {n}_near_r", 0.01, "sample", f"{n}_near", True),
        Level(
            "one_character",
            "差一字",
            f"least(length({n}_l), length({n}_r)) >= 3 and levenshtein({n}_shape_l, {n}_shape_r) <= 1",
            0.01,
        ),
        Level(
            "close",
            "写法相近",
            f"least(length({n}_l), length({n}_r)) >= 5 and {{jaro_winkler}}({n}_shape_l, {n}_shape_r) >= 0.92",
            0.01,
        ),
        Level(
            "half",
            "两字差一字",
            f"least(length({n}_l), length({n}_r)) = 2 and levenshtein({n}_shape_l, {n}_shape_r) <= 1",
            0.01,
        ),
        Level("surname", "仅姓相同", f"{n}_surname_l = {n}_surname_r", 0.005),
        Level("differs", "姓名不同", "", 0.005),
    ]
    if f.former is not None:
        levels.insert(1, Level("former", "曾用名", f"{n}_l = {n}_former_r", 0.01))
    return Comparison(n, f"{n}_l is null or {n}_r is null", tuple(levels), "leaves_open")


def _word(f: Field) -> Comparison:
    n = f.name
    levels = [
        Level("same", "相同", f"{n}_l = {n}_r", 0.8, "frequency", n, True),
        Level("homophone", "音近", f"{n}_sound_l = {n}_sound_r", 0.04),
        Level(
            "close",
            "写法相近",
            f"levenshtein({n}_shape_l, {n}_shape_r) <= 1 or {{jaro_winkler}}({n}_shape_l, {n}_shape_r) >= 0.9",
            0.06,
        ),
        Level("alike", "写法略近", f"{{jaro_winkler}}({n}_shape_l, {n}_shape_r) >= 0.8", 0.03),
        Level("differs", "不同", "", 0.05),
    ]
    if f.other is not None:
        levels.insert(1, Level("swapped", "姓名互换", f"{n}_l = {f.other}_r", 0.02))
    return Comparison(n, f"{n}_l is null or {n}_r is null", tuple(levels), "leaves_open")


def _date(f: Field) -> Comparison:
    n = f.name
    apart = f"abs({n}_day_l - {n}_day_r)"
    return Comparison(
        n,
        f"{n}_l is null or {n}_r is null",
        (
            Level("same", "日期相同", f"{n}_l = {n}_r", 0.9),
            Level(
                "day_month_swapped",
                "月日颠倒",
                f"{n}_year_l = {n}_year_r and {n}_month_l = {n}_dom_r and {n}_dom_l = {n}_month_r",
                0.015,
            ),
            Level("one_day", "差一天", f"{apart} <= 1", 0.02),
            Level("one_digit", "差一位数字", f"levenshtein({n}_l, {n}_r) <= 1", 0.02),
            # A lunar birthday read as a solar one falls 18 to 52 days too early, in either list.
            Level("lunar", "农历与公历之差", f"{apart} between 18 and 52", 0.01),
            Level("same_month", "同年同月", f"{n}_year_l = {n}_year_r and {n}_month_l = {n}_month_r", 0.005),
            Level(
                "year_off",
                "差一至两年、月日相同或差一天",
                # A year counted in days misses the day of the month by one over a leap year.
                f"({n}_month_l = {n}_month_r and {n}_dom_l = {n}_dom_r and abs({n}_year_l - {n}_year_r) <= 2)"
                f" or {apart} between 364 and 367",
                0.01,
            ),
            Level("two_digits", "差两位数字", f"levenshtein({n}_l, {n}_r) <= 2", 0.01),
            Level("same_year", "同年", f"{n}_year_l = {n}_year_r", 0.005),
            Level("differs", "日期不同", "", 0.005),
        ),
    )


def _age(f: Field) -> Comparison:
    n = f.name
    known = f" or {f.other}_l is not null" if f.other is not None else ""
    return Comparison(
        n,
        f"{n}_day_l is null or {n}_day_r is null{known}",
        (
            Level("grown", "事发时已满十六岁", f"{n}_day_l - {n}_day_r >= {SIXTEEN_YEARS}", 0.99448),
            Level("child", "事发时未满十六岁", f"{n}_day_l >= {n}_day_r", 0.0055),
            Level("before_birth", "事发早于出生", "", 0.00002, fixed=True),
        ),
        "leaves_open",
    )


def _event_day(f: Field) -> Comparison:
    n = f.name
    apart = f"abs({n}_day_l - {n}_day_r)"
    return Comparison(
        n,
        f"{n}_day_l is null or {n}_day_r is null",
        (
            Level("same", "日期相同", f"{apart} = 0", 0.8),
            Level("same_weeks", "相差不超过一个月", f"{apart} <= 31", 0.15),
            Level("differs", "日期不同", "", 0.05),
        ),
        "settles",
    )


def _category(f: Field) -> Comparison:
    n = f.name
    return Comparison(
        n,
        f"{n}_l is null or {n}_r is null",
        (Level("same", "相同", f"{n}_l = {n}_r", 0.99), Level("differs", "不同", "", 0.01)),
        "leaves_open",
    )


def _division(f: Field) -> Comparison:
    n = f.name
    either = f"({n}_l = {n}_r or {n}_named_l = {n}_r)"
    # Two villages merged since are one place, but who gives the same old code lives nearer than who gives the other.
    one_code = f"({n}_l is null or {n}_l <> {n}_r or {n}_code_l is null or {n}_code_l = {n}_code_r)"
    levels = [
        Level("same_village", "同村", f"{either} and {one_code}", 0.85, "sample", f"{n}_code", True),
        Level("merged_village", "并村后同村", f"{n}_l = {n}_r", 0.01),
        Level("same_town", "同乡镇", f"{n}_town_l = {n}_town_r", 0.08),
        Level("same_county", "同县", f"{n}_county_l = {n}_county_r", 0.05),
        Level("elsewhere", "不同县", "", 0.02),
    ]
    if f.former is not None:
        former = f"({n}_l = {n}_former_r or {n}_named_l = {n}_former_r)"
        levels.insert(2, Level("former_village", "曾住村", former, 0.05))
    nothing = f"({n}_town_l is null and {n}_named_l is null and {n}_county_l is null) or {n}_county_r is null"
    return Comparison(n, nothing, tuple(levels))


def _phone(f: Field) -> Comparison:
    n = f.name
    levels = [
        Level("same", "电话相同", f"{n}_l = {n}_r", 0.75, "key", n),
        Level("one_digit", "差一位数字", f"length({n}_l) >= 7 and levenshtein({n}_l, {n}_r) <= 1", 0.02),
        Level("differs", "电话不同", "", 0.23),
    ]
    if f.former is not None:
        levels.insert(1, Level("former", "曾用电话", f"{n}_l = {n}_former_r", 0.05, "key", n))
    return Comparison(n, f"{n}_l is null or {n}_r is null", tuple(levels))


def _resident_number(f: Field) -> Comparison:
    n = f.name
    same = f"{n}_l = {n}_r"
    return Comparison(
        n,
        f"{n}_text_l is null or {n}_r is null",
        (
            Level("as_given", "证件号一致", f"{same} and {n}_how_l = 'as_given'", 0.6, "wrong", n),
            Level("rewritten", "书写规范后一致", f"{same} and {n}_how_l = 'rewritten'", 0.02, "wrong", n),
            Level("old_form", "15位旧号一致", f"{same} and {n}_how_l = 'old_form'", 0.2, "wrong", n),
            Level("repaired", "校验位纠正一位后一致", f"{same} and {n}_how_l = 'repaired'", 0.14, "wrong", n),
            Level(
                "two_slips",
                "差一至两位",
                f"levenshtein({n}_text_l, {n}_text_r) <= 2 or levenshtein({n}_text_l, {n}_old_r) <= 1",
                0.02,
            ),
            # A sound number that is another's says more than one that nobody can have.
            Level("other_sound", "另一有效号码", f"{n}_how_l = 'sound'", 0.01),
            Level("other_broken", "号码无效且不同", "", 0.01),
        ),
    )


def _code(f: Field) -> Comparison:
    n = f.name
    return Comparison(
        n,
        f"{n}_l is null or {n}_r is null",
        (
            Level("same", "代码相同", f"{n}_l = {n}_r", 0.85, "key", n),
            Level("one_slip", "差一位", f"levenshtein({n}_l, {n}_r) <= 1", 0.06),
            Level("two_slips", "差两位", f"length({n}_l) >= 6 and levenshtein({n}_l, {n}_r) <= 2", 0.04),
            Level("differs", "代码不同", "", 0.05),
        ),
    )


def _text(f: Field) -> Comparison:
    n = f.name
    return Comparison(
        n,
        f"{n}_l is null or {n}_r is null",
        (
            Level("same", "相同", f"{n}_l = {n}_r", 0.7, "frequency", n, True),
            Level("other_order", "词序不同", f"{n}_sorted_l = {n}_sorted_r", 0.03),
            Level("close", "写法相近", f"{{jaro_winkler}}({n}_shape_l, {n}_shape_r) >= 0.9", 0.12),
            Level("alike", "写法略近", f"{{jaro_winkler}}({n}_shape_l, {n}_shape_r) >= 0.8", 0.05),
            Level("differs", "不同", "", 0.1),
        ),
    )


MAKERS: Final[Mapping[str, Callable[[Field], Comparison]]] = {
    "name": _name,
    "word": _word,
    "date": _date,
    "age": _age,
    "event_day": _event_day,
    "category": _category,
    "division": _division,
    "phone": _phone,
    "resident_number": _resident_number,
    "code": _code,
    "text": _text,
}
"""What makes the comparison of each kind of field."""


def comparison_of(field: Field) -> Comparison:
    """The levels of a field by its kind."""
    return MAKERS[field.kind](field)
