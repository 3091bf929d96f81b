"""Sections on trust: do scores hold, are cases right, is the new found, does the top hold still."""

from __future__ import annotations

from collections.abc import Iterator

from models.evaluation.over_time.budgets import CAPACITY
from models.evaluation.over_time.fold import Fold
from models.evaluation.over_time.proof import Pooled, Proof
from models.evaluation.over_time.reliability import Reliability
from models.evaluation.over_time.report.blocks import (
    Block,
    Heading,
    Paragraph,
    Plot,
    Table,
    Words,
    interval,
    number,
    percent,
    share,
)

DESK_WORDS: dict[str, Words] = {
    "discipline": ("discipline", "纪检"),
    "department": ("department", "主管部门"),
    "owed": ("owed", "应发未发"),
    "all": ("all desks", "合计"),
}


def calibration(proof: Proof, pooled: Pooled) -> Iterator[Block]:
    """Reliability, and how scores are spread."""
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
        ("with an answer", *_figures(pooled.calibration)),
        ("random sample", *_figures(pooled.random_sample)),
        *((f"random sample, from {fold.origin}", *_figures(fold.random_sample)) for fold in proof.folds),
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


def _figures(found: Reliability) -> tuple[str, ...]:
    return (
        f"{found.rows:,}", f"{found.effective:,.0f}", share(found.coverage), f"{found.confirmed:,}",
        number(found.mean_score, 4), number(found.confirmed_share, 4), number(found.error, 4),
        number(found.error_by_chance, 4), number(found.brier, 4), number(found.brier_of_constant, 4),
    )  # fmt: skip


def cases(proof: Proof) -> Iterator[Block]:
    """Cases within each desk's capacity."""
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


def new_typologies(proof: Proof, pooled: Pooled) -> Iterator[Block]:
    """Recall of typologies nobody had confirmed."""
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


def stability(proof: Proof) -> Iterator[Block]:
    """The top from model to model and from period to period; nothing for a single fold."""
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
