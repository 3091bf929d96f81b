"""What the report says, in order: over time, against what, how sure, in which cases, where, and what it cannot tell."""

from __future__ import annotations

from collections.abc import Iterator

from models.evaluation.over_time.budgets import CAPACITY
from models.evaluation.over_time.proof import Pooled, Proof
from models.evaluation.over_time.report import ranking, trust
from models.evaluation.over_time.report.bars import ECE_BAR, UNSEEN_BAR, bars
from models.evaluation.over_time.report.blocks import (
    Block,
    Heading,
    Key,
    Keys,
    Notes,
    Paragraph,
    Words,
    number,
    share,
)

TITLE: Words = ("Proof over time", "时间外推验证")


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
    yield from bars(proof, proof.pooled)
    yield from ranking.over_time(proof)
    yield from ranking.baselines(proof)
    yield from trust.calibration(proof, proof.pooled)
    yield from trust.cases(proof)
    yield from ranking.by_county(proof.pooled)
    yield from ranking.already_found(proof, proof.pooled)
    yield from trust.new_typologies(proof, proof.pooled)
    yield from trust.stability(proof)
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


def _range(low: float | None, high: float | None) -> str:
    return "no interval" if low is None or high is None else f"{low:.0%}–{high:.0%}"
