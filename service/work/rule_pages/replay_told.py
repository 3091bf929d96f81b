"""What a kept replay of one rule says, as figures for a page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Both:
    """A count before and after the change."""

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Known:
    """What was found among some payments; `precision` of those confirmed or cleared with its 95 % interval `low`,
    `high`, None where nobody looked; `random`: how many of the looks were drawn at random."""

    payments: int
    confirmed: int
    cleared: int
    errors: int
    unlabelled: int
    precision: float | None
    low: float | None
    high: float | None
    random: int


@dataclass(frozen=True, slots=True)
class DeskLoad:
    """One desk by month: cases before and after, and the most it can open."""

    desk: str
    months: tuple[str, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]
    capacity: int
    over_before: int
    over_after: int


@dataclass(frozen=True, slots=True)
class QueueTold:
    """The queue with the model in force: alerts before, after, gained, lost; load by desk against capacity."""

    model: str
    before: int
    after: int
    gained: int
    lost: int
    moved: int
    loads: tuple[DeskLoad, ...]


@dataclass(frozen=True, slots=True)
class ReplayTold:
    """One rule before and after. `overlap`: share of payments hit on either side that both hit (None without any);
    `known` of hits `before`, `after`, `gained`, `lost`; `months` with hits of each; `missing`: tables it lacked."""

    first: str
    last: str
    days_after: int
    payments: int
    settings: tuple[tuple[str, float, float], ...]
    missing: tuple[str, ...]
    hits: Both
    explained: Both
    cannot_tell: Both
    gained: int
    lost: int
    overlap: float | None
    known: tuple[tuple[str, Known], ...]
    months: tuple[tuple[str, Both], ...]
    counties: tuple[tuple[str, Both], ...]
    queue: QueueTold | None
    fingerprint: str


def replay_told(text: str, code: str) -> ReplayTold | None:
    """The figures of one rule in a replay's JSON; None where it does not speak of the rule."""
    told = json.loads(text)
    rule = next((one for one in told["rules"] if one["code"] == code), None)
    if rule is None:
        return None
    hits = _both(rule["hits"])
    either = hits.before + rule["gained"]
    return ReplayTold(
        told["first"], told["last"], int(told["days_after"]), told["payments"],
        tuple((name, values[0], values[1]) for name, values in rule["settings"].items()),
        tuple(rule["missing"]), hits, _both(rule["explained"]), _both(rule["cannot_tell"]), rule["gained"],
        rule["lost"], (hits.after - rule["gained"]) / either if either else None,
        tuple((name, _known(rule["found"][name])) for name in ("before", "after", "gained", "lost")),
        tuple((month, _both(one)) for month, one in rule["months"].items()),
        tuple((place, _both(one)) for place, one in rule["counties"].items()),
        None if told["queue"] is None else _queue(told["queue"]), told["fingerprint"],
    )  # fmt: skip


def _both(told: Mapping[str, Any]) -> Both:
    return Both(told["before"], told["after"])


def _known(told: Mapping[str, Any]) -> Known:
    every, drawn = told["all"], told["at_random"]
    low, high = every["interval"] or (None, None)
    return Known(
        every["payments"], every["confirmed"], every["cleared"], every["errors"], every["unlabelled"],
        every["precision"], low, high, drawn["confirmed"] + drawn["cleared"],
    )  # fmt: skip


def _queue(told: Mapping[str, Any]) -> QueueTold:
    load = told["load"]
    loads = []
    for desk in dict.fromkeys(one["desk"] for one in load):
        mine = [one for one in load if one["desk"] == desk]
        loads.append(
            DeskLoad(
                desk, tuple(one["month"] for one in mine), tuple(one["cases"]["before"] for one in mine),
                tuple(one["cases"]["after"] for one in mine), max(one["capacity"]["after"] for one in mine),
                sum(one["cases"]["before"] > one["capacity"]["before"] for one in mine),
                sum(one["cases"]["after"] > one["capacity"]["after"] for one in mine),
            )
        )  # fmt: skip
    alerts = [_both(one) for word, one in told["recommendations"].items() if word != "release"]
    return QueueTold(
        told["model"], sum(one.before for one in alerts), sum(one.after for one in alerts), told["gained"],
        told["lost"], told["moved"], tuple(loads),
    )  # fmt: skip
