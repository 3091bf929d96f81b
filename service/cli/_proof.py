"""The proof over time as a short table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.cli._console import say, table

if TYPE_CHECKING:
    from models.evaluation.over_time.estimates import Estimate
    from models.evaluation.over_time.fold import Fold
    from models.evaluation.over_time.proof import Proof


def print_proof(proof: Proof) -> None:
    """One row a fold and one for all; which baselines were not beaten; why origins were left out."""
    from models.evaluation.over_time.budgets import CAPACITY

    if proof.pooled is None:
        say("no proof over time: too few findings on payments after any earlier moment")
    else:
        columns = (
            "trained by", "judged", "answered", "confirmed", "average precision", "precision at capacity",
            "recall at capacity", "money", "error, random", "baselines beaten",
        )  # fmt: skip
        rows = []
        for fold in proof.folds:
            told = _numbers(fold.kept.judged, fold.kept.labelled, fold.kept.confirmed)
            top = fold.kept.top(CAPACITY)
            rows.append(
                (
                    fold.origin, *told, _between(fold.kept.average_precision), _between(top.precision),
                    _between(top.recall), _one(top.money_recall.value), _one(fold.random_sample.error, 4), _won(fold),
                )
            )  # fmt: skip
        kept, top = proof.pooled.kept, proof.pooled.kept.top(CAPACITY)
        won = sum(fold.all_beaten for fold in proof.folds)
        rows.append(
            (
                "all folds", *_numbers(kept.judged, kept.labelled, kept.confirmed), _between(kept.average_precision),
                _between(top.precision), _between(top.recall), _one(top.money_recall.value),
                _one(proof.pooled.random_sample.error, 4), f"in {won} of {len(proof.folds)}",
            )
        )  # fmt: skip
        table("Proof over time, without those already found by then", columns, rows)
        for fold in proof.folds:
            for rival in fold.rivals:
                if rival.beaten is False:
                    say(f"{fold.origin}: not above {rival.name} ({_between(rival.difference, signed=True)})")
    for note in proof.notes:
        say(note)


def _won(fold: Fold) -> str:
    known = [beaten for beaten in fold.beaten.values() if beaten is not None]
    return f"{sum(known)} of {len(known)}"


def _numbers(*counts: int) -> tuple[str, ...]:
    return tuple(f"{count:,}" for count in counts)


def _one(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _between(found: Estimate, *, signed: bool = False) -> str:
    if found.value is None:
        return "-"
    value = f"{found.value:+.2f}" if signed else f"{found.value:.2f}"
    return value if found.low is None or found.high is None else f"{value} ({found.low:.2f} to {found.high:.2f})"
