"""One item of the gate: two figures on the same payments, their difference with an interval, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from models.evaluation.over_time.estimates import UNKNOWN, Estimate

Said = Literal["passed", "failed", "cannot tell"]
PASSED: Said = "passed"
FAILED: Said = "failed"
CANNOT_TELL: Said = "cannot tell"
TITLES: Mapping[str, tuple[str, str]] = {
    "precision": ("Precision within capacity", "核查力量内查准率"),
    "average_precision": ("Average precision", "平均查准率"),
    "calibration": ("Calibration on the random sample", "随机样本上的校准误差"),
    "groups": ("Error rates by group", "分群体误报率"),
    "stability": ("Stability of the top of the list", "名单前列的稳定性"),
    "latency": ("Time to judge 1,000 payments", "每千笔评分耗时"),
}
"""The items by name, with titles in English and Chinese: these names are what people accept."""


@dataclass(frozen=True, slots=True)
class Item:
    """What the gate says of one thing.

    `champion` and `challenger` are the two figures, `difference` the challenger's less the champion's with its 95 %
    interval (for `stability` the overlap itself, for `latency` the times it takes), `tolerance` what is allowed,
    `counts` what they rest on, `details` more figures for the report.
    """

    name: str
    said: Said
    why: str
    why_zh: str
    champion: float | None = None
    challenger: float | None = None
    difference: Estimate = UNKNOWN
    tolerance: float | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)


def not_below(difference: Estimate, drop: float) -> tuple[Said, str, str]:
    """Whether a figure of which more is better has not dropped by more than `drop`, and why.

    Passed when the whole interval keeps within the tolerance; failed when it dropped by more and the whole interval is
    below zero; else it cannot be told.
    """
    value, low, high = difference.value, difference.low, difference.high
    if value is None or low is None or high is None:
        return CANNOT_TELL, "no interval can be made", "无法给出置信区间"
    told = f"{value:+.3f} ({low:+.3f} to {high:+.3f})"
    if low >= -drop:
        return PASSED, f"{told}, within {drop:g}", f"{told}，未超过允许降幅 {drop:g}"
    if value < -drop and high < 0:
        return FAILED, f"{told}, a drop of more than {drop:g}", f"{told}，降幅超过 {drop:g}"
    return (
        CANNOT_TELL,
        f"{told}: the interval reaches beyond {drop:g}, too few findings to say",
        f"{told}：区间超出 {drop:g}，核查结论太少，无法判断",
    )


def too_few(name: str, what: str, what_zh: str, counts: Mapping[str, int], **figures: Any) -> Item:
    """The item where there are not enough data to say anything."""
    return Item(name, CANNOT_TELL, f"not enough data: {what}", f"数据不足：{what_zh}", counts=counts, **figures)
