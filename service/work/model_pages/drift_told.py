"""What a kept look at drift says, as figures for a page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

Pair = tuple[str, str]
"""A text in Chinese and in English."""

_BREAKS: Final[Mapping[str, Pair]] = {
    "merger": ("区划调整", "divisions merged"),
    "card migration": ("集中换卡", "card migration"),
    "new rates": ("标准调整", "new rates"),
    "noted": ("已知变化", "noted"),
}


@dataclass(frozen=True, slots=True)
class AlarmTold:
    """One alarm: what changed, how gravely (critical, warning, info), and what may explain it."""

    text: Pair
    kind: str
    severity: str
    measure: float
    threshold: float
    explained_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BreakTold:
    """A day from which data look different, and why."""

    on: str
    kind: Pair
    what: str


@dataclass(frozen=True, slots=True)
class TableTold:
    """A table: rows, days since its last row, its longest silence before, whether it has gone stale."""

    name: str
    rows: int
    days: float | None
    longest: float | None
    stale: bool


@dataclass(frozen=True, slots=True)
class DriftTold:
    """A look at the days `since` to `as_of`. `compared`: whether there were enough payments to compare; `moved` and
    `columns`, `rules_changed` and `rules`: how many of how many changed; `undecided`: share of payments above the line
    that nobody decided in time."""

    as_of: str
    since: str
    payments: int
    model_version: str
    compared: bool
    alarms: tuple[AlarmTold, ...]
    breaks: tuple[BreakTold, ...]
    tables: tuple[TableTold, ...]
    columns: int
    moved: int
    rules: int
    rules_changed: int
    findings: int
    delay_median: float | None
    delay_upper: float | None
    delay_before: float | None
    undecided: float | None


def drift_told(text: str) -> DriftTold:
    """The figures of a look's JSON."""
    told: Mapping[str, Any] = json.loads(text)
    delay = told["delay"]
    return DriftTold(
        told["as_of"], told["since"], told["payments"], told["model_version"], bool(told["columns"]),
        tuple(
            AlarmTold(
                (one["text_zh"], one["text_en"]), one["kind"], one["severity"], one["measure"], one["threshold"],
                tuple(one["explained_by"]),
            )
            for one in told["alarms"]
        ),
        tuple(
            BreakTold(one["on"], _BREAKS.get(one["kind"], (one["kind"], one["kind"])), one["what"])
            for one in told["breaks"]
        ),
        tuple(
            TableTold(one["table"], one["rows"], one["days"], one["longest"], one["stale"]) for one in told["tables"]
        ),
        len(told["columns"]), sum(one["psi"] > one["psi_threshold"] for one in told["columns"]),
        len(told["rules"]), sum(bool(one["changed"]) for one in told["rules"]),
        delay["findings"], delay["median"], delay["upper"], delay["median_before"], told["undecided"],
    )  # fmt: skip
