"""What the recommendation line does: everything that is not `release`."""

from __future__ import annotations

from dataclasses import dataclass

from models.evaluation.judged import Judged


@dataclass(frozen=True, slots=True)
class Line:
    """Rows above the line, how many of them are irregular, and how much of the irregular rows and yuan they hold."""

    flagged: int
    share: float
    verify: int
    review: int
    precision: float | None
    recall: float | None
    money_recall: float


def measure_line(judged: Judged) -> Line:
    """Measure the line over the window."""
    line, bad = judged.line, judged.irregular
    money = judged.amount * bad
    flagged = int(line.sum())
    return Line(
        flagged=flagged,
        share=flagged / len(judged),
        verify=sum(said == "verify" for said in judged.recommendation),
        review=sum(said == "review" for said in judged.recommendation),
        precision=float(bad[line].mean()) if flagged else None,
        recall=float(line[bad].mean()) if bad.any() else None,
        money_recall=float(money[line].sum() / max(1e-9, float(money.sum()))),
    )
