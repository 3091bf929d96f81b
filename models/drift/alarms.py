"""Alarms as data: what, since when, how much, against what, what may explain it, how grave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from features._feature import Feature
from models.drift.breaks import Break, explains
from models.drift.health import LabelDelay, RulesOff, TableAge
from models.drift.hits import Hits
from models.drift.stability import Stability
from models.rules._rule import Rule

Severity = Literal["info", "warning", "critical"]
Kind = Literal["spread", "missing", "rule hits", "flag rate", "stale table", "rules off", "label delay", "new program"]
LARGE = 3.0
"""Times the threshold from which an unexplained change is critical."""
GONE = 0.9
"""Change of the missing share from which a column counts as emptied."""
LATER = 2.0
"""Times the year before's median that make a label delay an alarm."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm. `what` names a column, rule, program or table; `since` is the period's first day (ISO).

    `measure` and `threshold` are in the unit of the kind: index, change of share, ratio to the expected hits, days,
    share. An alarm with something in `explained_by` is `info`: still there, and still to be looked at.
    """

    what: str
    kind: Kind
    since: str
    measure: float
    threshold: float
    explained_by: tuple[str, ...]
    severity: Severity
    text_en: str
    text_zh: str


def of_columns(
    found: Sequence[Stability], features: dict[str, Feature], known: Sequence[Break], since: str
) -> Iterator[Alarm]:
    """Columns that are spread otherwise, or missing more or less often."""
    for one in found:
        feature = features.get(one.column)
        label = (one.column, one.column) if feature is None else (feature.title[1], feature.title[0])
        why = _why(known, feature)
        if one.emptied:
            change = one.missing - one.missing_before
            gone = abs(change) >= GONE
            yield Alarm(
                one.column, "missing", since, change, one.missing_threshold, why, _graded(why, critical=gone),
                f"{label[0]}: missing in {one.missing:.1%} of payments, before {one.missing_before:.1%}",
                f"{label[1]}：{one.missing:.1%} 的明细缺失，此前 {one.missing_before:.1%}",
            )  # fmt: skip
        if one.moved:
            yield Alarm(
                one.column, "spread", since, one.psi, one.psi_threshold, why,
                _graded(why, critical=one.psi > LARGE * one.psi_threshold),
                f"{label[0]}: stability index {one.psi:.2f}, threshold {one.psi_threshold:.2f}",
                f"{label[1]}：稳定性指数 {one.psi:.2f}，阈值 {one.psi_threshold:.2f}",
            )  # fmt: skip


def of_rules(found: Sequence[Hits], rules: dict[str, Rule], known: Sequence[Break], since: str) -> Iterator[Alarm]:
    """Rules that fire more or less often."""
    for one in found:
        if one.changed:
            rule = rules.get(one.name)
            read = rule.reads if rule is not None else ()
            why = tuple(dict.fromkeys(text for feature in read for text in _why(known, feature)))
            title = rule.title if rule is not None else (one.name, one.name)
            yield _of_hits(one, "rule hits", why, since, title)


def of_programs(found: Sequence[Hits], known: Sequence[Break], since: str) -> Iterator[Alarm]:
    """Programs whose payments rise above the line more or less often."""
    for one in found:
        if one.changed:
            yield _of_hits(one, "flag rate", _why(known, None), since, (one.name, one.name))


def of_new_programs(names: Sequence[str], rows: Sequence[int], since: str) -> Iterator[Alarm]:
    """Programs the model never saw."""
    for name, count in zip(names, rows, strict=True):
        yield Alarm(
            name, "new program", since, float(count), 0.0, (), "warning",
            f"{count:,} payments of a program the model has not seen", f"{count:,} 笔属于模型未见过的项目",
        )  # fmt: skip


def of_health(ages: Sequence[TableAge], delay: LabelDelay, off: RulesOff, share_off: float) -> Iterator[Alarm]:
    """Tables gone silent, findings that take longer, too many rules that say nothing."""
    for age in ages:
        if age.stale and age.days is not None and age.longest is not None:
            yield Alarm(
                age.table, "stale table", "", age.days, age.longest, (), "critical",
                f"{age.table}: nothing new for {age.days:.0f} days; it was never silent for more than "
                f"{age.longest:.0f}",
                f"{age.table}：{age.days:.0f} 天没有新数据，此前最长间隔 {age.longest:.0f} 天",
            )  # fmt: skip
    if off.share > share_off:
        yield Alarm(
            "rules", "rules off", "", off.share, share_off, (), "warning",
            f"{off.share:.0%} of rules say nothing: {len(off.off)} off, {len(off.muted)} muted, {len(off.silent)} "
            "not live",
            f"{off.share:.0%} 的规则不起作用：停用 {len(off.off)}，静默 {len(off.muted)}，未上线 {len(off.silent)}",
        )  # fmt: skip
    if delay.median is not None and delay.median_before and delay.median > LATER * delay.median_before:
        yield Alarm(
            "dispositions", "label delay", "", delay.median, LATER * delay.median_before, (), "warning",
            f"half of the findings take more than {delay.median:.0f} days, the year before {delay.median_before:.0f}",
            f"核查结论用时中位数 {delay.median:.0f} 天，上一年 {delay.median_before:.0f} 天",
        )  # fmt: skip


def _of_hits(one: Hits, kind: Kind, why: tuple[str, ...], since: str, title: tuple[str, str]) -> Alarm:
    ratio = one.ratio if one.ratio is not None else float(one.hits)
    grave = ratio > LARGE or ratio < 1 / LARGE
    return Alarm(
        one.name, kind, since, ratio, 1.0, why, _graded(why, critical=grave and one.hits + one.expected > 50),
        f"{title[0]}: {one.hits:,} payments, {one.expected:,.1f} expected",
        f"{title[1]}：{one.hits:,} 笔，预期 {one.expected:,.1f} 笔",
    )  # fmt: skip


def _why(known: Sequence[Break], feature: Feature | None) -> tuple[str, ...]:
    return tuple(f"{one.kind} on {one.on}: {one.what}" for one in known if explains(one, feature))


def _graded(why: tuple[str, ...], *, critical: bool) -> Severity:
    if why:
        return "info"
    return "critical" if critical else "warning"
