"""The proof over time: refit at rolling origins on what had been decided by each, judge what was submitted after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger
from models.evaluation.columns import Texts
from models.evaluation.over_time.answers import answers_of, kinds_of, truth_of
from models.evaluation.over_time.budgets import budgets_of, tops_of
from models.evaluation.over_time.clusters import clusters_of
from models.evaluation.over_time.fold import Run, day_of, run_fold, unseen_of
from models.evaluation.over_time.proof import Pooled, Proof
from models.evaluation.over_time.reliability import measure_reliability
from models.evaluation.over_time.setting import Fit, Setting, setting_of
from models.evaluation.over_time.slices import Judged, joined, measure_parts, measure_slice
from models.evaluation.over_time.stability import Stability, again, overlap, rank_agreement
from models.evaluation.splits import Split, rolling_origin
from models.evaluation.weighting import Weights
from models.scoring._workers import each
from models.scoring.bundle import Bundle
from models.scoring.combine import judge
from models.scoring.facts import Facts
from models.scoring.policy import Policy
from models.training.labels import labels_at

Int64 = NDArray[np.int64]
LAYOUTS = ((182.0, 4), (91.0, 4))
"""Days and number of folds tried, in this order: half-years, or quarters where half-years leave fewer than two."""
PAST_AT_LEAST = 1000
CONFIRMED_AT_LEAST = 5
WEIGHTS_NOTE = (
    "judged by findings: only payments somebody looked at can be counted, and they were chosen by earlier scores, "
    "rules and complaints; the random sample alone speaks for all payments"
)


def prove(
    ledger: Ledger,
    rows: Int64,
    facts: Facts,
    policy: Policy,
    as_of_us: int,
    fit: Fit,
    *,
    truth: NDArray[Any] | None = None,
    typologies: Texts | None = None,
    rings: Texts | None = None,
    champion: Bundle | None = None,
    folds: int | None = None,
    days: float | None = None,
    draws: int = 200,
    workers: int = 1,
    progress: Callable[[float], None] | None = None,
) -> Proof:
    """Prove a way of training over time.

    `rows` (n,) are disbursement rows with their `facts`, each as of its own submission; nothing submitted from
    `as_of_us` (microseconds UTC) on and no finding decided after it is used. `fit` makes a model of the facts of past
    payments and the findings decided by an origin. Judged by the findings decided by `as_of_us`, or by `truth` (n,)
    with 1 where a payment is irregular, `typologies` (n,) its codes joined by `|` and `rings` (n,) who acted together;
    learning is always from findings. `folds` and `days` are chosen by what was found where they are not given.
    `draws` resamples of clusters make intervals; `workers` folds run at the same time in forked processes.

    A proof of no fold says why in its notes. Raises ValueError for arrays of unequal length.
    """
    labels = labels_at(ledger, rows, as_of_us)
    answers = answers_of(labels)
    if truth is not None:
        answers = truth_of(answers, truth, typologies, rings)
    setting = setting_of(ledger, rows, facts, policy, answers, fit, champion, draws=draws)
    chosen, length, notes = _origins(setting, labels.decided_at, as_of_us, folds, days)
    runs: list[Run] = []
    for run in each(lambda split: run_fold(setting, split), chosen, workers):
        runs.append(run)
        if progress:
            progress(len(runs) / len(chosen))
    shown = tuple(
        run.fold if k == 0 else replace(run.fold, stability=_stability(setting, runs[k - 1], run))
        for k, run in enumerate(runs)
    )
    if answers.source == "findings":
        notes = (*notes, WEIGHTS_NOTE)
    as_of = day_of(as_of_us, ledger.utc_offset)
    return Proof(as_of, length, answers.source, shown, _pooled(setting, runs) if runs else None, notes)


def _origins(
    setting: Setting, decided_at: Int64, as_of_us: int, folds: int | None, days: float | None
) -> tuple[list[Split], float, tuple[str, ...]]:
    """The splits that can be learned from and judged, their length in days, and what is said of the others."""
    layouts = LAYOUTS if folds is None and days is None else ((days or LAYOUTS[0][0], folds or LAYOUTS[0][1]),)
    best: tuple[list[Split], float, tuple[str, ...]] | None = None
    for length, count in layouts:
        kept, notes = _usable(setting, decided_at, as_of_us, count, length)
        if best is None or len(kept) > len(best[0]):
            best = kept, length, notes
        if len(kept) >= 2:
            break
    if best is None:
        raise ValueError("no layout of folds was given")
    return best


def _usable(
    setting: Setting, decided_at: Int64, as_of_us: int, folds: int, days: float
) -> tuple[list[Split], tuple[str, ...]]:
    answers = setting.answers
    kept, notes = [], []
    for split in rolling_origin(setting.known_at, decided_at, as_of=as_of_us, folds=folds, days=days, at_least=0):
        confirmed = int(answers.confirmed[split.ahead].sum())
        cleared = int(answers.usable[split.ahead].sum()) - confirmed
        if len(split.past) >= PAST_AT_LEAST and confirmed >= CONFIRMED_AT_LEAST and cleared >= 1:
            kept.append(split)
            continue
        origin = day_of(split.as_of, setting.ledger.utc_offset)
        notes.append(
            f"origin {origin} left out: {len(split.past):,} payments before it, {confirmed} confirmed and {cleared:,} "
            f"cleared after it (needed: {PAST_AT_LEAST:,}, {CONFIRMED_AT_LEAST} and 1)"
        )
    return kept, tuple(notes)


def _stability(setting: Setting, before: Run, now: Run) -> tuple[Stability, ...]:
    """The fold's top beside the period before, and beside what the model before says of the same payments."""
    facts = setting.facts.part(now.positions)
    earlier = judge(facts, before.bundle).log_odds
    own = judge(facts, now.bundle).log_odds
    theirs = tops_of(earlier, setting.tie[now.positions], budgets_of(len(now.positions), setting.policy))
    out = []
    for name, top in now.judged.tops.items():
        hubs = [
            again(codes[before.positions], before.judged.tops[name], codes[now.positions], top)
            for codes in (setting.card, setting.household)
        ]
        agreement = rank_agreement(own, earlier, top | theirs[name])
        out.append(Stability(name, hubs[0], hubs[1], overlap(top, theirs[name]), agreement))
    return tuple(out)


def _pooled(setting: Setting, runs: list[Run]) -> Pooled:
    positions, ahead = (np.concatenate([getattr(r, name) for r in runs]) for name in ("positions", "ahead"))
    # A household paid in every fold is one cluster of them all.
    judged = _tied(setting, joined([r.judged for r in runs]), positions)
    everything = _tied(setting, joined([r.everything for r in runs]), ahead)
    known = judged.take(judged.usable)
    kinds = kinds_of(setting.answers.part(positions))
    sample = Weights(
        weight=np.concatenate([r.sample.weight for r in runs]),
        population=sum(r.sample.population for r in runs),
        borrowed=sum(r.sample.borrowed for r in runs),
        uncovered=sum(r.sample.uncovered for r in runs),
        strata=sum(r.sample.strata for r in runs),
        empty_strata=sum(r.sample.empty_strata for r in runs),
    )
    return Pooled(
        kept=measure_slice("without those already found", judged, draws=setting.draws),
        everything=measure_slice("with those already found", everything, draws=setting.draws),
        quarters=measure_parts(setting.quarter[positions], judged, draws=setting.draws),
        counties=measure_parts(setting.county[positions], judged, draws=setting.draws),
        calibration=measure_reliability(known.score, known.confirmed, known.cluster),
        random_sample=measure_reliability(judged.score, judged.confirmed, judged.cluster, sample),
        unseen=unseen_of(judged, np.concatenate([r.unseen for r in runs]), kinds),
    )


def _tied(setting: Setting, judged: Judged, positions: Int64) -> Judged:
    return replace(
        judged, cluster=clusters_of(setting.ledger, setting.rows[positions], setting.answers.part(positions))
    )
