"""The gate's items, one function each: not worse than the champion on the same payments, or it is said why."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.evaluation.groups import group_verdict, groupings, rates_by_group
from models.evaluation.groups.rates import Source
from models.evaluation.over_time.estimates import between
from models.evaluation.over_time.precision import Ranking
from models.evaluation.over_time.reliability import bins_for, expected_error, measure_reliability
from models.evaluation.over_time.stability import overlap, rank_agreement
from models.evaluation.weighting import random_sample_weights
from models.release.items import CANNOT_TELL, FAILED, PASSED, Item, Said, not_below, too_few
from models.release.material import TIMED, Material

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]


def precision(m: Material) -> Item:
    """Share confirmed among the payments looked at within capacity.

    Who was looked at was mostly the older model's choice: where the challenger's own payments were hardly looked at,
    nothing can be said, and it is not said.
    """
    known, hit = m.answers.usable, m.answers.confirmed.astype(np.float64)
    one, other = m.tops
    looked = int((one & known).sum()), int((other & known).sum())
    new, old = other & ~one, one & ~other
    counts = {
        "capacity": m.capacity,
        "looked at, champion": looked[0],
        "looked at, challenger": looked[1],
        "only the champion's": int(old.sum()),
        "of them looked at": int((old & known).sum()),
        "only the challenger's": int(new.sum()),
        "of those looked at": int((new & known).sum()),
    }
    figures = [float(hit[top & known].mean()) if (top & known).any() else None for top in (one, other)]
    least = int(m.policy["gate.looked_at_least"])
    if min(looked) < least:
        return too_few(
            "precision",
            f"{min(looked)} of the {m.capacity} payments within capacity were looked at, {least} are needed",
            f"核查力量内 {m.capacity} 笔中仅 {min(looked)} 笔有核查结论，至少需要 {least} 笔",
            counts, champion=figures[0], challenger=figures[1],
        )  # fmt: skip
    difference = between(
        float(hit[other & known].mean() - hit[one & known].mean()),
        m.resamples().of(lambda w: _mean(w, hit, other & known) - _mean(w, hit, one & known)),
    )
    said, why, why_zh = not_below(difference, m.policy["gate.precision_drop_at_most"])
    seen_new, seen_old = (float(known[part].mean()) if part.any() else 1.0 for part in (new, old))
    if said == PASSED and new.sum() > m.capacity / 10 and seen_new < seen_old / 2:
        said = CANNOT_TELL
        why += f"; but only {seen_new:.0%} of what it alone would bring up was looked at"
        why_zh += f"；但其独有的发放明细仅 {seen_new:.0%} 有核查结论"
    return Item(
        "precision", said, why, why_zh, figures[0], figures[1], difference,
        m.policy["gate.precision_drop_at_most"], counts,
    )  # fmt: skip


def average_precision(m: Material) -> Item:
    """Order of the payments somebody looked at: confirmed ones before cleared ones."""
    known = m.answers.usable
    hit = m.answers.confirmed[known]
    counts = {"looked at": int(known.sum()), "confirmed": int(hit.sum())}
    least = int(m.policy["gate.confirmed_at_least"])
    if hit.sum() < least or hit.all():
        return too_few(
            "average_precision",
            f"{int(hit.sum())} confirmed and {int((~hit).sum())} cleared payments, {least} confirmed are needed",
            f"查实 {int(hit.sum())} 笔、排除 {int((~hit).sum())} 笔，至少需查实 {least} 笔",
            counts,
        )
    one, other = (Ranking.of(score[known], hit) for score in (m.champion, m.challenger))
    figures = one.average_precision(), other.average_precision()
    drawn = m.resamples(known).of(lambda w: other.average_precision(w) - one.average_precision(w))
    difference = between(figures[1] - figures[0], drawn)
    tolerance = m.policy["gate.average_precision_drop_at_most"]
    said, why, why_zh = not_below(difference, tolerance)
    return Item("average_precision", said, why, why_zh, *figures, difference, tolerance, counts)


def calibration(m: Material) -> Item:
    """Expected calibration error on the random sample, weighted to stand for all payments of the period."""
    sampled = m.answers.at_random & m.answers.usable
    program = m.ledger.tables["disbursements"].codes("program_id")[m.period.rows].astype(np.int64)
    weights = random_sample_weights(program, m.champion, sampled, m.answers.propensity)
    hit = m.answers.confirmed[sampled].astype(np.float64)
    counts = {"random sample": int(sampled.sum()), "confirmed": int(hit.sum()), "nobody speaks for": weights.uncovered}
    least = int(m.policy["gate.random_at_least"])
    if sampled.sum() < least:
        return too_few(
            "calibration",
            f"{int(sampled.sum())} payments of the random sample were looked at, {least} are needed",
            f"随机样本仅 {int(sampled.sum())} 笔有核查结论，至少需要 {least} 笔",
            counts,
        )
    weight, bins = weights.weight[sampled], bins_for(int(sampled.sum()))
    one, other = m.champion[sampled], m.challenger[sampled]

    def rise(drawn: Float) -> float:
        both = weight * drawn
        keep = both > 0
        if not keep.any():
            return float("nan")
        return expected_error(other[keep], hit[keep], both[keep], bins) - expected_error(
            one[keep], hit[keep], both[keep], bins
        )

    figures = expected_error(one, hit, weight, bins), expected_error(other, hit, weight, bins)
    difference = between(figures[1] - figures[0], m.resamples(sampled).of(rise))
    chance = measure_reliability(m.challenger, m.answers.confirmed, m.cluster, weights).chance_at_most
    tolerance = m.policy["gate.calibration_rise_at_most"]
    said, why, why_zh = _not_risen(figures[1], difference.value, difference.low, difference.high, tolerance, chance)
    details = {"what calibrated scores would stay under on as many payments": chance}
    return Item("calibration", said, why, why_zh, *figures, difference, tolerance, counts, details)


def groups(m: Material) -> Item:
    """False alarms by sex, age, household, village and phone: no group worse off than under the champion."""
    sampled = m.answers.at_random & m.answers.usable
    enough = sampled.sum() >= m.policy["gate.random_at_least"]
    source: Source = "random sample" if enough else "looked at"
    answer = np.where(sampled, m.answers.outcome, -1) if enough else m.answers.outcome
    table = m.ledger.tables["disbursements"]
    program = table.codes("program_id")[m.period.rows].astype(np.int64)
    weight = None
    if enough:
        weight = random_sample_weights(program, m.champion, sampled, m.answers.propensity).weight
    single = m.policy["groups.single_surname_share"]
    divided = groupings(m.ledger, m.period.rows, m.period.at, minority=m.minority, single_surname_share=single)
    people = table.codes("person_id")[m.period.rows]
    villages = table.codes("division_code")[m.period.rows]
    before, after = (
        rates_by_group(
            flagged, answer, divided, m.policy.values, people=people, villages=villages, weight=weight, source=source
        )
        for flagged in m.flagged()
    )
    verdict = group_verdict(before, after, m.policy.values)
    shares = {
        f"{name}: {label}": [was.selected.share, now.selected.share]
        for (name, label), now in after.judged().items()
        if (was := before.judged().get((name, label))) is not None
    }
    said_zh = {
        PASSED: "没有群体比现役模型更差",
        FAILED: "有群体的误报率高于允许倍数",
        CANNOT_TELL: "数据不足，无法判断",
    }
    worst = max((one.after for one in verdict.judged if one.after is not None), default=None)
    earlier = max((one.before for one in verdict.judged if one.before is not None), default=None)
    details = {
        "answers": source,
        "above the bound under both": list(verdict.standing),
        "judged": [
            {"group": f"{j.grouping}: {j.group}", "before": j.before, "after": j.after, "said": j.said}
            for j in verdict.judged
        ],
        "flagged share, champion and challenger": shares,
    }
    return Item(
        "groups", verdict.said, verdict.why, said_zh[verdict.said], earlier, worst, tolerance=verdict.bound,
        counts={"groups judged": len(verdict.judged), "honest payments": after.overall.false_positive.rows},
        details=details,
    )  # fmt: skip


def stability(m: Material) -> Item:
    """How much of the list within capacity the two models share: a wholly new list is looked at before it is worked."""
    one, other = m.tops
    value = overlap(one, other)
    drawn = m.resamples().of(
        lambda w: float((w * (one & other)).sum() / below) if (below := (w * (one | other)).sum()) > 0 else float("nan")
    )
    found = between(value, drawn)
    least = m.policy["gate.overlap_at_least"]
    counts = {"capacity": m.capacity, "in common": int((one & other).sum())}
    details = {"rank agreement": rank_agreement(m.champion, m.challenger, one | other)}
    if m.capacity < m.policy["gate.overlap_payments_at_least"] or found.low is None or found.high is None:
        return too_few("stability", f"{m.capacity} payments within capacity", f"核查力量内仅 {m.capacity} 笔", counts)
    told = f"{value:.2f} in common ({found.low:.2f} to {found.high:.2f}), at least {least:g} asked"
    told_zh = f"重合度 {value:.2f}（{found.low:.2f} 至 {found.high:.2f}），要求不低于 {least:g}"
    said: Said = PASSED if found.low >= least else FAILED if found.high < least else CANNOT_TELL
    return Item("stability", said, told, told_zh, 1.0, value, found, least, counts, details)


def latency(m: Material) -> Item:
    """Time each model takes to judge 1,000 payments whose facts are known; facts cost both the same."""
    one, other = m.milliseconds()
    times = other / one if one > 0 else float("inf")
    most, free = m.policy["gate.latency_times_at_most"], m.policy["gate.latency_ms_free"]
    told = f"{other:.2f} ms against {one:.2f} ms, {times:.1f} times"
    said: Said = PASSED if times <= most or other <= free else FAILED
    why = f"{told}; allowed are {most:g} times, or {free:g} ms"
    why_zh = f"{other:.2f} 毫秒，现役 {one:.2f} 毫秒，允许 {most:g} 倍或 {free:g} 毫秒以内"
    return Item(
        "latency", said, why, why_zh, one, other,
        between(times, np.empty(0)), most, {"payments timed": min(len(m.champion), TIMED)},
        {"ms per 1,000 payments in live scoring": list(m.period.took_us)} if m.period.took_us else {},
    )  # fmt: skip


MEASURES: tuple[Callable[[Material], Item], ...] = (
    precision,
    average_precision,
    calibration,
    groups,
    stability,
    latency,
)
"""Every item of the gate, in the order of the report."""


def _mean(weight: Float, hit: Float, among: Bool) -> float:
    total = float(weight[among].sum())
    return float((weight[among] * hit[among]).sum()) / total if total > 0 else float("nan")


def _not_risen(
    now: float, rise: float | None, low: float | None, high: float | None, tolerance: float, chance: float | None
) -> tuple[Said, str, str]:
    """Whether an error of which less is better has not risen; what chance alone would show counts for nothing."""
    if rise is None or low is None or high is None:
        return CANNOT_TELL, "no interval can be made", "无法给出置信区间"
    told = f"{rise:+.4f} ({low:+.4f} to {high:+.4f})"
    if high <= tolerance:
        return PASSED, f"{told}, within {tolerance:g}", f"{told}，未超过允许升幅 {tolerance:g}"
    if rise > tolerance and low > 0:
        return FAILED, f"{told}, a rise of more than {tolerance:g}", f"{told}，升幅超过 {tolerance:g}"
    if chance is not None and now <= chance and rise <= tolerance:
        return PASSED, f"{told}; no more than chance shows on so few payments", f"{told}；未超过偶然误差"
    return CANNOT_TELL, f"{told}: too few random payments to say", f"{told}：随机样本太少，无法判断"


__all__ = ["MEASURES", "average_precision", "calibration", "groups", "latency", "precision", "stability"]
