"""A report on groups as figures for a page; names of groups in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

Pair = tuple[str, str]
"""A text in Chinese and in English."""

_NAMES: Final[Mapping[str, Pair]] = {
    "sex": ("性别", "Sex"),
    "age over 80": ("八十岁以上", "Over 80"),
    "phone": ("本人电话", "Own phone"),
    "household category": ("农户类别", "Household category"),
    "minority county": ("民族县", "Minority county"),
    "village size": ("村庄规模", "Village size"),
    "single-surname village": ("单姓村", "Single-surname village"),
    "township": ("乡镇", "Township"),
    "county": ("县", "County"),
    "men": ("男", "Men"),
    "women": ("女", "Women"),
    "80 or less": ("八十岁及以下", "80 or less"),
    "over 80": ("八十岁以上", "Over 80"),
    "has a phone": ("有本人电话", "Has a phone"),
    "no phone": ("无本人电话", "No phone"),
    "other": ("其他", "Other"),
    "minority": ("民族县", "Minority county"),
    "several surnames": ("多姓村", "Several surnames"),
    "single surname": ("单姓村", "Single surname"),
    "general": ("一般户", "General"),
    "low_income": ("低收入户", "Low income"),
    "extreme_poverty": ("特困户", "Extreme poverty"),
    "lifted_from_poverty": ("脱贫户", "Lifted from poverty"),
    "under 120": ("不足 120 人", "Under 120 people"),
    "120-299": ("120–299 人", "120–299 people"),
    "300 and more": ("300 人及以上", "300 people and more"),
    "unknown": ("不详", "Not known"),
}

_SWAPS: Final[Mapping[str, Pair]] = {
    "sex": ("更换所有人的性别", "Everybody's sex changed"),
    "surname": ("更换所有人的姓氏", "Everybody's surname changed"),
    "own phone taken away": ("去掉所有人的电话", "Everybody's phone taken away"),
}


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `rows` payments, None where they are not shown; `share` with its 95 % interval `low`, `high`."""

    hits: int | None
    rows: int | None
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One group. `ratio` of its false alarms to those of all, with its interval; `held`: holds, exceeded, not shown to
    hold, not enough data."""

    name: Pair
    selected: Rate
    precision: Rate
    false_positive: Rate
    false_negative: Rate
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    held: str


@dataclass(frozen=True, slots=True)
class Grouping:
    """Groups that make up everybody, compared with one another."""

    key: str
    name: Pair
    groups: tuple[GroupLine, ...]


@dataclass(frozen=True, slots=True)
class SwapTold:
    """The same payments with one thing changed for everybody: how many scores moved, and crossed the line."""

    name: Pair
    payments: int
    changed: int
    crossed: int


@dataclass(frozen=True, slots=True)
class GroupsTold:
    """A report over the days `first` to `last`. `source`: what stands for the truth: truth, random sample, looked at;
    `bound`: how much more often than all a group may be asked about wrongly."""

    first: str
    last: str
    model_version: str
    source: str
    bound: float
    overall: GroupLine
    groupings: tuple[Grouping, ...]
    swaps: tuple[SwapTold, ...]


def groups_told(told: Mapping[str, Any]) -> GroupsTold:
    """The report's plain data as figures. Raises KeyError where it is none."""
    rates = told["rates"]
    return GroupsTold(
        told["first"], told["last"], told["model_version"], rates["source"], float(rates["bound"]),
        _line("all", rates["overall"]),
        tuple(
            Grouping(name, _pair(name), tuple(_line(label, one) for label, one in groups.items()))
            for name, groups in rates["by"].items()
        ),
        tuple(
            SwapTold(
                _SWAPS.get(one["name"], (one["name"], one["name"])), one["payments"], one["changed"],
                one["crossed_up"] + one["crossed_down"],
            )
            for one in told.get("swaps", ())
        ),
    )  # fmt: skip


def _pair(name: str) -> Pair:
    return _NAMES.get(name, (name, name))


def _line(label: str, told: Mapping[str, Any]) -> GroupLine:
    low, high = told["ratio_interval"] or (None, None)
    return GroupLine(
        ("全部", "All") if label == "all" else _pair(label), _rate(told["selected"]), _rate(told["precision"]),
        _rate(told["false_positive"]), _rate(told["false_negative"]), told["ratio"], low, high, told["held"],
    )  # fmt: skip


def _rate(told: Mapping[str, Any]) -> Rate:
    hits, rows = told["hits"], told["rows"]
    low, high = told["interval"] or (None, None)
    # Counts that are not shown come as null, or as -1 from a report that was kept before they did.
    shown = hits is not None and hits >= 0
    return Rate(hits if shown else None, rows if shown else None, told["share"] if shown else None, low, high)
