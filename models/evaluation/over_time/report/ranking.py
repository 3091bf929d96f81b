"""Sections on the order of the list: over time, against baselines, by county, with and without those found."""

from __future__ import annotations

from collections.abc import Iterator

from models.evaluation.over_time.budgets import CAPACITY
from models.evaluation.over_time.proof import Pooled, Proof
from models.evaluation.over_time.report.blocks import (
    Block,
    Heading,
    Notes,
    Paragraph,
    Plot,
    Table,
    Words,
    interval,
    number,
    percent,
)
from models.evaluation.over_time.rivals import NAMES, Rival
from models.evaluation.over_time.slices import Slice


def over_time(proof: Proof) -> Iterator[Block]:
    """Precision and recall by fold and by quarter."""
    yield Heading(("Precision and recall over time", "查准率与查全率的时间变化"))
    yield Plot(
        "top-over-time",
        ("Precision and recall of each fold with 95 % intervals", "各折查准率、查全率及95%区间"),
    )
    columns: tuple[Words, ...] = (
        ("origin", "起点"), ("judged", "检验笔数"), ("answered", "已有结论"), ("confirmed", "查实"),
        ("average precision", "平均查准率"), ("precision at capacity", "核查力量内查准率"),
        ("recall at capacity", "核查力量内查全率"), ("precision at 1 %", "前1%查准率"), ("recall at 1 %", "前1%查全率"),
        ("money at capacity", "核查力量内金额查全率"),
    )  # fmt: skip
    rows = [(fold.origin, *_slice(fold.kept)) for fold in proof.folds]
    if proof.pooled:
        rows.append(("all folds", *_slice(proof.pooled.kept)))
    yield Table(columns, tuple(rows))
    yield Plot("quarters", ("Precision and recall by calendar quarter", "按季度的查准率与查全率"))
    if proof.pooled:
        yield Table((("quarter", "季度"), *columns[1:]), tuple((s.name, *_slice(s)) for s in proof.pooled.quarters))


def _slice(found: Slice) -> tuple[str, ...]:
    top, one = found.top(CAPACITY), found.top("1%")
    return (
        f"{found.judged:,}", f"{found.labelled:,}", f"{found.confirmed:,}", interval(found.average_precision, 2),
        percent(top.precision), percent(top.recall), percent(one.precision), percent(one.recall),
        percent(top.money_recall),
    )  # fmt: skip


def baselines(proof: Proof) -> Iterator[Block]:
    """The score beside every baseline."""
    yield Heading(("Against baselines", "与基线比较"))
    yield Paragraph(
        (
            "Each cell: the baseline's average precision, and below it how much higher the score's is on the same "
            "payments, with the interval of the difference. The best feature was chosen on what had been decided by "
            "the origin.",
            "每格为基线的平均查准率，及风险评分在相同明细上高出的幅度与区间。最佳单一特征按起点前已有结论选定。",
        )
    )
    yield Plot("baselines", ("Difference to each baseline by fold", "各折与各基线之差"))
    rows = []
    for fold in proof.folds:
        cells = {rival.name: _rival(rival) for rival in fold.rivals}
        own = number(fold.kept.average_precision.value)
        rows.append((fold.origin, own, *(cells.get(name, "–") for name in NAMES), "yes" if fold.all_beaten else "no"))
    columns: tuple[Words, ...] = (
        ("origin", "起点"), ("the score", "风险评分"), ("chance", "随机"), ("fired rules", "触发规则数"),
        ("best feature", "最佳单一特征"), ("rules alone", "仅规则"), ("last champion", "上一现役模型"),
        ("all beaten", "全部超过"),
    )  # fmt: skip
    yield Table(columns, tuple(rows))
    chosen = [f"{fold.origin}: {r.told}" for fold in proof.folds for r in fold.rivals if r.name == NAMES[2] and r.told]
    if chosen:
        yield Notes(tuple(f"best feature by {line}" for line in chosen))


def _rival(rival: Rival) -> str:
    if rival.average_precision is None or rival.difference.value is None:
        return rival.why_not
    ahead = rival.difference
    between = "" if ahead.low is None or ahead.high is None else f", {ahead.low:+.3f} to {ahead.high:+.3f}"
    return f"{rival.average_precision:.3f} ({ahead.value:+.3f}{between})"


def by_county(pooled: Pooled) -> Iterator[Block]:
    """What each county holds of the folds' lists."""
    yield Heading(("By county", "按县区"))
    columns: tuple[Words, ...] = (
        ("county", "县区"), ("judged", "检验笔数"), ("answered", "已有结论"), ("confirmed", "查实"),
        ("average precision", "平均查准率"), ("precision at capacity", "核查力量内查准率"),
        ("recall at capacity", "核查力量内查全率"), ("precision at 1 %", "前1%查准率"), ("recall at 1 %", "前1%查全率"),
        ("money at capacity", "核查力量内金额查全率"),
    )  # fmt: skip
    yield Table(columns, tuple((one.name, *_slice(one)) for one in pooled.counties))


def already_found(proof: Proof, pooled: Pooled) -> Iterator[Block]:
    """What left the test, and the figures with it."""
    yield Heading(("With and without those already found", "计入与不计入已查实对象"))
    columns: tuple[Words, ...] = (
        ("origin", "起点"), ("payments out", "移出笔数"), ("confirmed among them", "其中查实"), ("cards", "卡"),
        ("households", "户"), ("officials, devices, outlets", "人员、设备、网点"),
        ("average precision without", "不计入时平均查准率"), ("with", "计入时"),
    )  # fmt: skip
    rows = [
        (fold.origin, f"{fold.left.payments:,}", f"{fold.left.confirmed:,}", f"{fold.left.cards}",
         f"{fold.left.households}", f"{fold.left.hubs}", interval(fold.kept.average_precision, 2),
         interval(fold.everything.average_precision, 2))
        for fold in proof.folds
    ]  # fmt: skip
    rows.append(
        ("all folds", f"{pooled.everything.judged - pooled.kept.judged:,}",
         f"{pooled.everything.confirmed - pooled.kept.confirmed:,}", "", "", "",
         interval(pooled.kept.average_precision, 2), interval(pooled.everything.average_precision, 2))
    )  # fmt: skip
    yield Table(columns, tuple(rows))
