"""The report on groups: full for those who work with it, and a public one without small counts and places."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models.evaluation.groups import GroupRates, OfGroup, Rate
from models.evaluation.groups.link_rates import LinkRates
from models.evaluation.groups.membership import PLACES
from models.evaluation.report import plain
from models.fairness._document import Section, markdown, page
from models.fairness.causes import Cause
from models.fairness.links import of_links, public_links
from models.fairness.parity import Parity
from models.fairness.proxies import Proxy
from models.fairness.swap import Swap

NAMES: Mapping[str, str] = {
    "sex": "性别", "age over 80": "八十岁以上", "phone": "本人电话", "household category": "农户类别",
    "minority county": "民族县", "village size": "村庄规模", "single-surname village": "单姓村",
    "township": "乡镇", "county": "县",
}  # fmt: skip
KINDS = ("selected", "precision", "false_positive", "false_negative")
HELD: Mapping[str, str] = {
    "holds": "holds 未超出", "exceeded": "exceeded 超出", "not shown to hold": "not shown to hold 未能证明",
    "not enough data": "not enough data 数据不足",
}  # fmt: skip
ABOUT = (
    "Rates of payments above the line. 95 % intervals count people (villages, where villages are compared), not "
    "payments: somebody flagged six months running is one person. Not enough data is not the same as fair.",
    "高于阈值的发放明细占比；95% 区间按人（或村）计，而非按笔计。“数据不足”不等于“公平”。",
)
MASKED = "…"
_BLANK = Rate(-1, -1, -1, -1, None, None, 0.0, False)
"""A rate that is not shown: its counts are null in JSON."""


@dataclass(frozen=True, slots=True)
class GroupReport:
    """Everything measured for one model over one window; `source` of the rates says what stands for the truth."""

    first: str
    last: str
    model_version: str
    rates: GroupRates
    notes: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    proxies: tuple[Proxy, ...] = ()
    swaps: tuple[Swap, ...] = ()
    parity: tuple[Parity, ...] = ()
    links: tuple[LinkRates, ...] = ()

    def to_json(self) -> str:
        """As JSON; what is not finite or not shown is null."""
        return json.dumps(_told(plain(self)), ensure_ascii=False, indent=1) + "\n"

    def to_markdown(self) -> str:
        """As Markdown."""
        return markdown(self._title, self._sections())

    def to_html(self) -> str:
        """As one HTML page."""
        return page(self._title, self._sections())

    @property
    def _title(self) -> str:
        return f"Groups 群体差异 {self.first} – {self.last}"

    def _sections(self) -> list[Section]:
        made = [self._rates(), self._causes(), self._proxies(), self._swaps(), *map(_of_parity, self.parity)]
        made.append(of_links(self.links))
        return [section for section in made if section.rows or section.texts]

    def _rates(self) -> Section:
        # The whole has no ratio to itself, and nothing to hold.
        rows, marked = [("all 全部", *_cells(self.rates.overall)[:-2], "", "")], set()
        for name, groups in self.rates.by.items():
            rows.append((f"{name} {NAMES.get(name, '')}", *[""] * 6))
            for label, group in groups.items():
                if group.held == "exceeded":
                    marked.add(len(rows))
                rows.append((f"  {label}", *_cells(group)))
        texts = (
            f"Model {self.model_version}. Truth from: {self.rates.source}. Bound on the ratio: {self.rates.bound:g}.",
            *self.notes,
            *ABOUT,
        )
        header = (
            "group 群体", "selected 选中", "precision 查准", "false positives 误报", "missed 漏报",
            "ratio 与总体之比", "bound 上限",
        )  # fmt: skip
        return Section("Rates 比率", texts, header, tuple(rows), frozenset(marked))

    def _causes(self) -> Section:
        rows = tuple(
            (
                f"{c.grouping}: {c.group}", c.rule, f"{c.needed:,}", f"{c.rate:.2f}", f"{c.rate_of_others:.2f}",
                f"{c.found:,}",
            )
            for c in self.causes
        )  # fmt: skip
        texts = (
            "Honest payments above the line that would be below it without the rule.",
            "去掉该规则即不再误报的明细。",
        )
        header = ("group", "rule", "needed", "per 1,000", "per 1,000 of others", "found by it alone")
        return Section("Which rules cause it 误报来自哪些规则", texts if rows else (), header, rows)

    def _proxies(self) -> Section:
        rows = tuple(
            (
                f"{p.grouping}: {p.group}", f"{p.members:,} / {p.others:,}",
                "not enough data" if p.auc is None else f"{p.auc:.3f}", _between(p.interval),
                "; ".join(f"{c.feature} (lost {c.lost:+.3f}, score {c.shift:+.3f})" for c in p.carriers[:4]),
            )
            for p in self.proxies
        )  # fmt: skip
        texts = (
            "Can the features tell the group, in villages not learned from? AUC 0.5 says no. After each feature: AUC "
            "lost without it, and log-odds its own term adds for members more than for others.",
            "特征能否推断群体？AUC 0.5 为不能。",
        )
        header = ("group", "members / others", "AUC", "95 %", "carried by")
        return Section("Stand-ins 替代特征", texts if rows else (), header, rows)

    def _swaps(self) -> Section:
        rows = tuple(
            (
                s.name, f"{s.payments:,}", f"{s.changed:,}", f"{s.crossed_up:,}", f"{s.crossed_down:,}",
                f"{s.mean_change:+.5f}", f"{s.largest_change:.4f}",
            )
            for s in self.swaps
        )  # fmt: skip
        texts = (
            "The same data with one thing changed for everybody, scored again.",
            "只改变一项，其余不变，重新评分。",
        )
        header = ("changed", "payments", "scores moved", "over the line", "under the line", "mean", "largest")
        return Section("Swaps 反事实对照", texts if rows else (), header, rows)


def public(report: GroupReport, at_least: int) -> GroupReport:
    """The report without counts from 1 to `at_least` - 1 and what they could be computed from, and without places.

    Where one group of a grouping is masked, the next smallest is too: the rest of a known total gives nothing away.
    Causes, carriers and comparisons stay inside; so does a swap that took only a few payments over or under the line.
    """
    by = {name: _masked(groups, at_least) for name, groups in report.rates.by.items() if name not in PLACES}
    return replace(
        report,
        rates=replace(
            report.rates, by=by, overall=_hidden(report.rates.overall, _small(report.rates.overall, at_least))
        ),
        causes=(),
        proxies=tuple(replace(p, carriers=()) for p in report.proxies if min(p.members, p.others) >= at_least),
        swaps=tuple(swap for swap in report.swaps if not _few(swap, at_least)),
        parity=(),
        links=public_links(report.links, at_least),
    )


def _few(swap: Swap, at_least: int) -> bool:
    """Whether a count of a swap is one that is not shown."""
    return any(0 < count < at_least for count in (swap.payments, swap.changed, swap.crossed_up, swap.crossed_down))


def _told(value: Any) -> Any:
    """Plain values with counts of -1 as null."""
    if isinstance(value, dict):
        return {key: _told(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_told(item) for item in value]
    return None if isinstance(value, int) and value == -1 else value


def _masked(groups: Mapping[str, OfGroup], at_least: int) -> dict[str, OfGroup]:
    hide: dict[str, set[str]] = {label: set() for label in groups}
    for kind in KINDS:
        small = [label for label, group in groups.items() if kind in _small(group, at_least)]
        if len(small) == 1:
            others = [label for label in groups if label not in small]
            small += sorted(others, key=lambda label: _kind(groups[label], kind).hits)[:1]
        for label in small:
            hide[label].add(kind)
    return {label: _hidden(group, hide[label]) for label, group in groups.items()}


def _small(group: OfGroup, at_least: int) -> set[str]:
    """Kinds of rates whose hits, misses or rows are too few to show."""
    out = set()
    for kind in KINDS:
        rate = _kind(group, kind)
        if any(0 < count < at_least for count in (rate.hits, rate.rows - rate.hits, rate.rows)):
            out.add(kind)
    return out


def _hidden(group: OfGroup, kinds: set[str]) -> OfGroup:
    """The group without some kinds of rates, and without how many people stand behind the others."""
    selected, precision, wrong, missed = (
        _BLANK if kind in kinds else replace(rate, people=-1, events=-1, independent=0.0)
        for kind in KINDS
        for rate in [_kind(group, kind)]
    )
    if "false_positive" in kinds:
        return OfGroup(selected, precision, wrong, missed)
    return OfGroup(selected, precision, wrong, missed, group.ratio, group.ratio_interval, group.held)


def _kind(group: OfGroup, kind: str) -> Rate:
    rate: Rate = getattr(group, kind)
    return rate


def _cells(group: OfGroup) -> tuple[str, ...]:
    rates: Sequence[Rate] = [_kind(group, kind) for kind in KINDS]
    ratio = "-" if group.ratio is None else f"{group.ratio:.2f} {_between(group.ratio_interval, 2)}"
    return (*map(_rate, rates), ratio, HELD[group.held])


def _rate(rate: Rate) -> str:
    if rate.hits < 0:
        return MASKED
    if rate.share is None:
        return "-"
    between = "" if rate.interval is None else f"[{rate.interval[0]:.2%}–{rate.interval[1]:.2%}]"
    return f"{rate.share:.2%} ({rate.hits:,}/{rate.rows:,}) {between}".rstrip()


def _between(interval: tuple[float, float] | None, digits: int = 3) -> str:
    return "" if interval is None else f"[{interval[0]:.{digits}f}–{interval[1]:.{digits}f}]"


def _of_parity(parity: Parity) -> Section:
    rows = tuple(
        (
            way.name, f"{way.hits:,}/{way.capacity:,}", f"{way.precision:.3f}", f"{way.false_alarms:,}",
            "; ".join(f"{label} {'-' if r is None else f'{r:.2f}'}" for label, r in way.ratios.items()), way.note,
        )
        for way in parity.ways
    )  # fmt: skip
    texts = (
        "What equal false-positive rates would cost at the same number of payments. Both ways treat people by their "
        "group, which no model here does: a comparison, not an offer.",
        "若强制各群体误报率相等，需付出多少查准率。仅作比较，不予采用。",
    )
    header = ("way", "found of capacity", "precision", "false alarms", "ratios", "note")
    return Section(f"Price of parity 均等的代价: {parity.grouping}", texts, header, rows)
