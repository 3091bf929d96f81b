"""Section on the bars: which were missed, by how much, and what the figures say of why."""

from __future__ import annotations

from collections.abc import Iterator

from models.evaluation.over_time.budgets import CAPACITY
from models.evaluation.over_time.estimates import Estimate
from models.evaluation.over_time.proof import Pooled, Proof
from models.evaluation.over_time.reliability import Reliability
from models.evaluation.over_time.report.blocks import Block, Heading, Paragraph, Words
from models.evaluation.over_time.rivals import Rival

ECE_BAR = 0.02
"""Expected calibration error on the random sample should stay below this."""
UNSEEN_BAR = 0.5
"""Recall of typologies never confirmed, over that of the others, at least this."""
MET: Words = ("Every bar that can be told was met.", "凡可判断的标准均已达到。")


def bars(proof: Proof, pooled: Pooled) -> Iterator[Block]:
    """What was asked of the score, and each bar it missed."""
    yield Heading(("What was asked, and what was missed", "要求与未达标项"))
    yield Paragraph(
        (
            f"Asked: above every baseline in every fold; a calibration error under {ECE_BAR:g} on the random sample, "
            f"over all and in each fold; recall of new typologies at least {UNSEEN_BAR:g} of the known ones'.",
            f"要求：各折均优于全部基线；随机样本校准误差总体及各折均低于{ECE_BAR:g}；"
            f"未曾查实类型的查全率不低于已查实类型的{UNSEEN_BAR:g}倍。",
        )
    )
    found = missed(proof, pooled)
    for words in found or (MET,):
        yield Paragraph(words)


def missed(proof: Proof, pooled: Pooled) -> tuple[Words, ...]:
    """Each bar that was missed, in words: by how much, and why as far as the figures tell."""
    out = [
        _behind(fold.origin, rival)
        for fold in proof.folds
        for rival in fold.rivals
        if rival.beaten is False and rival.difference.value is not None
    ]
    samples = [(("All folds", "全部各折"), pooled.random_sample)]
    samples += [((f"From {fold.origin}", f"起点{fold.origin}"), fold.random_sample) for fold in proof.folds]
    out += [_off(where, sample) for where, sample in samples if sample.error is not None and sample.error >= ECE_BAR]
    for one in pooled.unseen:
        if one.budget == CAPACITY and one.ratio is not None and one.ratio < UNSEEN_BAR:
            kinds = ", ".join(one.unseen_kinds)
            out.append(
                (
                    f"New typologies: {one.ratio:.2f} of the known ones' recall, {UNSEEN_BAR - one.ratio:.2f} too "
                    f"little, on {one.unseen_rows} payments ({kinds}); interval of their recall "
                    f"{_told(one.unseen_recall)}.",
                    f"未曾查实类型：查全率为已查实类型的{one.ratio:.2f}倍，相差{UNSEEN_BAR - one.ratio:.2f}，"
                    f"共{one.unseen_rows}笔（{kinds}）；其查全率区间{_told(one.unseen_recall)}。",
                )
            )
    return tuple(out)


def _behind(origin: str, rival: Rival) -> Words:
    apart = rival.difference
    lost = -(apart.value or 0.0)
    open_ended = apart.high is None or apart.high >= 0
    why = (
        ("the interval holds 0: these findings cannot tell the two apart", "区间含0：现有结论不足以区分二者")
        if open_ended
        else ("the whole interval is below 0: it is behind, not unlucky", "整个区间低于0：确有差距，并非偶然")
    )
    return (
        f"From {origin}: {rival.name} ahead by {lost:.3f} average precision (difference {_told(apart)}); {why[0]}.",
        f"起点{origin}：{rival.name}的平均查准率高出{lost:.3f}（差值区间{_told(apart)}）；{why[1]}。",
    )


def _off(where: Words, sample: Reliability) -> Words:
    error, chance = sample.error or 0.0, sample.chance_at_most
    mean, seen = sample.mean_score or 0.0, sample.confirmed_share or 0.0
    if chance is not None and error <= chance:
        why = (
            f"calibrated scores would show up to {chance:.4f} by chance on {sample.rows:,} rows: too few to say",
            f"即便评分完全准确，{sample.rows:,}笔上的偶然误差也可达{chance:.4f}：样本太少，无法判断",
        )
    else:
        side = ("high", "高") if mean > seen else ("low", "低")
        why = (
            f"more than chance shows on {sample.rows:,} rows: scores average {mean:.4f}, too {side[0]} for a confirmed "
            f"share of {seen:.4f}",
            f"超出{sample.rows:,}笔的偶然误差：平均评分{mean:.4f}，相对查实比例{seen:.4f}偏{side[1]}",
        )
    return (
        f"{where[0]}: calibration error {error:.4f}, {error - ECE_BAR:.4f} above the bar; {why[0]}.",
        f"{where[1]}：校准误差{error:.4f}，超出标准{error - ECE_BAR:.4f}；{why[1]}。",
    )


def _told(found: Estimate) -> str:
    if found.low is None or found.high is None:
        return "-"
    return f"{found.low:.3f} to {found.high:.3f}"
