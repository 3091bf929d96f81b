"""Temporal validation: train on what had been decided by each origin, look at what was found later."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.scoring.bundle import Bundle
from models.scoring.combine import judge
from models.scoring.facts import Facts
from models.training.labels import UNLABELLED, Labels

MICROSECONDS_A_DAY = 86_400_000_000
Fit = Callable[[Facts, Labels], Bundle]


def validate(
    facts: Facts,
    labels: Labels,
    moments: NDArray[np.int64],
    as_of_us: int,
    fit: Fit,
    *,
    origins: int = 2,
    days: int = 182,
    progress: Callable[[str, float], None] | None = None,
) -> list[dict[str, float]]:
    """One row an origin: how payments of the following period, found by the end, were ranked; never a random split.

    A finding counts for training only where it had been decided by the origin (label delay). Only payments somebody
    looked at can be counted, so the figures speak of them and of nothing else; `labelled` and `confirmed` stand beside.
    """
    rounds = []
    for k in range(origins, 0, -1):
        origin = as_of_us - k * days * MICROSECONDS_A_DAY
        past = moments < origin
        ahead = (moments >= origin) & (moments < origin + days * MICROSECONDS_A_DAY) & labels.usable
        if past.sum() < 1000 or (labels.outcome[ahead] == 1).sum() < 5:
            continue
        known = labels.decided_at < origin
        part = Labels(
            np.where(known, labels.outcome, UNLABELLED)[past], labels.at_random[past], labels.decided_at[past]
        )
        bundle = fit(facts.part(past), part)
        ahead_facts = facts.part(ahead)
        rounds.append(
            {
                "as_of": float(origin),
                **_measures(judge(ahead_facts, bundle).probability, labels.outcome[ahead] == 1, ahead_facts),
            }
        )
        if progress:
            progress("temporal validation", (origins - k + 1) / origins)
    return rounds


def _measures(probability: NDArray[np.float64], confirmed: NDArray[np.bool_], facts: Facts) -> dict[str, float]:
    order = np.argsort(-probability, kind="stable")
    count = facts.fired().sum(axis=1)
    top = max(1, round(0.1 * len(order)))
    return {
        "labelled": float(len(order)),
        "confirmed": float(confirmed.sum()),
        "average_precision": average_precision(probability, confirmed),
        "average_precision_rule_count": average_precision(count.astype(np.float64), confirmed),
        "precision_top_10pct": float(confirmed[order[:top]].mean()),
        "recall_top_10pct": float(confirmed[order[:top]].sum() / max(1, confirmed.sum())),
    }


def average_precision(score: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """Average precision with ties counted together, as scikit-learn defines it."""
    order = np.argsort(-score, kind="stable")
    hit, value = positive[order].astype(np.float64), score[order]
    last = np.append(np.nonzero(np.diff(value))[0], len(value) - 1)
    true = np.cumsum(hit)[last]
    precision = true / (last + 1)
    return float((np.diff(np.concatenate([[0.0], true])) * precision).sum() / max(hit.sum(), 1e-12))
