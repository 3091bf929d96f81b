"""What the report says, in order: over time, against what, how sure, in which cases, where, and what it cannot tell."""

from __future__ import annotations

from collections.abc import Iterator

from models.evaluation.over_time.budgets import CAPACITY
from models.evaluation.over_time.fold import Fold
from models.evaluation.over_time.proof import Pooled, Proof
from models.evaluation.over_time.reliability import Reliability
from models.evaluation.over_time.report.blocks import (
    Block,
    Heading,
    Key,
    Keys,
    Notes,
    Paragraph,
    Plot,
    Table,
    Words,
    interval,
    number,
    percent,
    share,
)
from models.evaluation.over_time.rivals import NAMES, Rival
from models.evaluation.over_time.slices import Slice

TITLE: Words = ("Proof over time", "时间外推验证")
ECE_BAR = 0.02
UNSEEN_BAR = 0.5
DESK_WORDS: dict[str, Words] = {
    "discipline": ("discipline", "纪检"),
    "department": ("department", "主管部门"),
    "owed": ("owed", "应发未发"),
    "all": ("all desks", "合计"),
}


def story(proof: Proof) -> tuple[Block, ...]:
    """Every block of the report."""
    return tuple(_blocks(proof))


def _blocks(proof: Proof) -> Iterator[Block]:
    judged = (
        (f"findings decided by {proof.as_of}", f"截至{proof.as_of}已作出的核查结论")
        if proof.source == "findings"
        else ("the truth of an invented county", "虚构县的真实情况")
    )
    yield Paragraph(
        (
            f"At each origin the model was trained again on what had been submitted and decided "
            f"by then, and judged on the payments of the following {proof.days:g} days by {judged[0]}. Payments that "
            "touch a card, household or official already found by the origin are out of the test, as they would be in "
            "life.",
            f"在每个起点，模型只用当时已提交、已有结论的数据重新训练，再用其后{proof.days:g}天的发放明细检验，"
            f"依据为{judged[1]}。涉及起点前已查实的卡、户或经办人员的明细不计入检验，与实际情形一致。",
        )
    )
    if proof.pooled is None:
        yield Paragraph(("No origin could be judged.", "没有可供检验的起点。"))
        yield Notes(proof.notes)
        return
    yield _summary(proof, proof.pooled)
    yield from _over_time(proof)
    yield from _baselines(proof)
    yield from _sure(proof, proof.pooled)
    yield from _queue(proof)
    yield from _where(proof.pooled)
    yield from _left(proof, proof.pooled)
    yield from _new_kinds(proof, proof.pooled)
    yield from _stable(proof)
    if proof.notes:
        yield Heading(("What this cannot tell", "本验证不能说明的事项"))
        yield Notes(proof.notes)


def _summary(proof: Proof, pooled: Pooled) -> Block:
    top, sample = pooled.kept.top(CAPACITY), pooled.random_sample
    won = sum(fold.all_beaten for fold in proof.folds)
    unseen = next((u for u in pooled.unseen if u.budget == CAPACITY), None)
    keys = [
        Key(
            ("folds in which every baseline was beaten", "全部基线均被超过的折数"),
            f"{won} of {len(proof.folds)}",
            "average precision, where comparable",
            won == len(proof.folds),
        ),
        Key(
            ("precision at capacity", "核查力量内查准率"),
            share(top.precision.value),
            f"{_range(top.precision.low, top.precision.high)}, {top.confirmed} of {top.labelled} answered",
        ),
        Key(
            ("recall at capacity", "核查力量内查全率"),
            share(top.recall.value),
            f"{_range(top.recall.low, top.recall.high)}, money {share(top.money_recall.value)}",
        ),
        Key(
            ("calibration error, random sample", "随机样本校准误差"),
            number(sample.error, 4),
            f"bar {ECE_BAR:g}; by chance alone {number(sample.error_by_chance, 4)}; {sample.rows:,} rows",
            None if sample.error is None else sample.error < ECE_BAR,
        ),
        Key(
            ("recall of new typologies over known ones", "未曾查实类型与已查实类型查全率之比"),
            number(unseen.ratio if unseen else None, 2),
            f"bar {UNSEEN_BAR:g}; {unseen.unseen_rows} new, {unseen.seen_rows} known" if unseen else "none named",
            None if unseen is None or unseen.ratio is None else unseen.ratio >= UNSEEN_BAR,
        ),
    ]
    return Keys(tuple(keys))


def _over_time(proof: Proof) -> Iterator[Block]:
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


def _baselines(proof: Proof) -> Iterator[Block]:
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


def _sure(proof: Proof, pooled: Pooled) -> Iterator[Block]:
    yield Heading(("Does a score mean what it says", "评分是否名副其实"))
    yield Paragraph(
        (
            "Payments with a finding were chosen because they looked unusual, so only the random sample, weighted by "
            "strata, speaks for all payments. An error below what chance alone would show says nothing against the "
            "score.",
            "有结论的明细多因可疑而被核查，只有按层加权的随机样本能代表全部明细。误差低于纯随机水平时，不能据此否定评分。",
        )
    )
    yield Plot("reliability", ("Mean score against share confirmed", "平均评分与查实比例"))
    columns: tuple[Words, ...] = (
        ("payments", "明细"), ("rows", "笔数"), ("worth", "有效笔数"), ("speaks for", "代表比例"),
        ("confirmed", "查实"), ("mean score", "平均评分"), ("share confirmed", "查实比例"),
        ("expected error", "期望校准误差"), ("by chance", "纯随机误差"), ("Brier", "布里尔分"),
        ("of a constant", "常数布里尔分"),
    )  # fmt: skip
    rows = [
        ("with an answer", *_calibration(pooled.calibration)),
        ("random sample", *_calibration(pooled.random_sample)),
        *((f"random sample, from {fold.origin}", *_calibration(fold.random_sample)) for fold in proof.folds),
    ]
    yield Table(columns, tuple(rows))
    bins = [
        (name, f"{part.rows:,}", number(part.mean_score, 4), interval(part.confirmed, 4))
        for name, found in (("with an answer", pooled.calibration), ("random sample", pooled.random_sample))
        for part in found.bins
    ]
    yield Table(
        (("bins of", "分箱"), ("rows", "笔数"), ("mean score", "平均评分"), ("share confirmed", "查实比例")),
        tuple(bins),
        folded=True,
    )
    yield Plot("scores", ("How scores are spread", "评分分布"))


def _calibration(found: Reliability) -> tuple[str, ...]:
    return (
        f"{found.rows:,}", f"{found.effective:,.0f}", share(found.coverage), f"{found.confirmed:,}",
        number(found.mean_score, 4), number(found.confirmed_share, 4), number(found.error, 4),
        number(found.error_by_chance, 4), number(found.brier, 4), number(found.brier_of_constant, 4),
    )  # fmt: skip


def _queue(proof: Proof) -> Iterator[Block]:
    yield Heading(("Cases within each desk's capacity", "各处室核查力量内的核查件"))
    yield Paragraph(
        (
            "A case is right when more than half of its members with an answer are confirmed.",
            "核查件中已有结论的成员过半查实，即为正确。",
        )
    )
    columns: tuple[Words, ...] = (
        ("origin", "起点"), ("desk", "处室"), ("capacity", "力量"), ("cases", "核查件"),
        ("with an answer", "已有结论"), ("right", "正确比例"),
    )  # fmt: skip
    rows = [
        (fold.origin, " ".join(DESK_WORDS[one.desk]), f"{one.capacity}", f"{one.cases}", f"{one.judged}",
         percent(one.precision))
        for fold in proof.folds for one in fold.cases
    ]  # fmt: skip
    yield Table(columns, tuple(rows), left=2)


def _where(pooled: Pooled) -> Iterator[Block]:
    yield Heading(("By county", "按县区"))
    columns: tuple[Words, ...] = (
        ("county", "县区"), ("judged", "检验笔数"), ("answered", "已有结论"), ("confirmed", "查实"),
        ("average precision", "平均查准率"), ("precision at capacity", "核查力量内查准率"),
        ("recall at capacity", "核查力量内查全率"), ("precision at 1 %", "前1%查准率"), ("recall at 1 %", "前1%查全率"),
        ("money at capacity", "核查力量内金额查全率"),
    )  # fmt: skip
    yield Table(columns, tuple((one.name, *_slice(one)) for one in pooled.counties))


def _left(proof: Proof, pooled: Pooled) -> Iterator[Block]:
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


def _new_kinds(proof: Proof, pooled: Pooled) -> Iterator[Block]:
    yield Heading(("Typologies nobody had confirmed by the origin", "起点前从未查实的手法类型"))
    columns: tuple[Words, ...] = (
        ("origin", "起点"), ("budget", "核查量"), ("new", "新类型笔数"), ("known", "已知类型笔数"),
        ("recall of new", "新类型查全率"), ("recall of known", "已知类型查全率"), ("ratio", "比值"),
        ("new typologies", "新类型"),
    )  # fmt: skip
    named = [(fold.origin, u) for fold in proof.folds for u in fold.unseen if u.budget in (CAPACITY, "1%")]
    named += [("all folds", u) for u in pooled.unseen if u.budget in (CAPACITY, "1%")]
    rows = [
        (origin, u.budget, f"{u.unseen_rows}", f"{u.seen_rows}", percent(u.unseen_recall), percent(u.seen_recall),
         number(u.ratio, 2), ", ".join(u.unseen_kinds))
        for origin, u in named
    ]  # fmt: skip
    yield Table(columns, tuple(rows), left=2)


def _stable(proof: Proof) -> Iterator[Block]:
    folds: list[Fold] = [fold for fold in proof.folds if fold.stability]
    if not folds:
        return
    yield Heading(("Stability of the top", "前列的稳定性"))
    yield Paragraph(
        (
            "Left: how much two consecutive models agree on the same payments. Right: who stays at the top from one "
            "period to the next, among those paid in both; schemes come and go, so a change there is no fault in "
            "itself.",
            "左：相邻两个模型对相同明细的一致程度。右：两期均有发放的农户中持续居前的比例；手法有起有落，变化本身不是缺陷。",
        )
    )
    yield Plot("stability", ("Overlap of the top between models and between periods", "模型之间、各期之间的前列重合"))
    columns: tuple[Words, ...] = (
        ("origin", "起点"), ("budget", "核查量"), ("same payments", "相同明细重合"), ("rank agreement", "排序相关"),
        ("cards again", "卡持续居前"), ("households again", "户持续居前"),
    )  # fmt: skip
    rows = [
        (fold.origin, s.budget, share(s.same_payments), number(s.rank_agreement, 2), share(s.cards_again),
         share(s.households_again))
        for fold in folds for s in fold.stability
    ]  # fmt: skip
    yield Table(columns, tuple(rows), left=2)


def _range(low: float | None, high: float | None) -> str:
    return "no interval" if low is None or high is None else f"{low:.0%}–{high:.0%}"
