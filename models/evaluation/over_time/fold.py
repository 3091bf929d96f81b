"""One origin: learn from what had been decided by then, judge what was submitted after it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.over_time.answers import answers_of, kinds_of
from models.evaluation.over_time.budgets import CAPACITY, budgets_of, tops_of
from models.evaluation.over_time.caught import caught_by
from models.evaluation.over_time.clusters import clusters_of
from models.evaluation.over_time.distribution import Distribution, measure_distribution
from models.evaluation.over_time.queue import DeskCases, measure_queue
from models.evaluation.over_time.reliability import Reliability, measure_reliability
from models.evaluation.over_time.rivals import Rival, compare, contenders
from models.evaluation.over_time.setting import Setting
from models.evaluation.over_time.slices import Judged, Slice, measure_parts, measure_slice
from models.evaluation.over_time.stability import Stability
from models.evaluation.over_time.unseen import Unseen, is_unseen, measure_unseen
from models.evaluation.splits import Split
from models.evaluation.weighting import Weights, random_sample_weights
from models.scoring.bundle import Bundle
from models.scoring.combine import judge
from models.training.labels import UNLABELLED, labels_at

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Left:
    """What left the test as it would in life: payments that touch a hub caught by the origin, and those somebody had
    looked at by then in an earlier version.

    `payments` left, `labelled` and `confirmed` of them later; the hubs are cards, households, and officials, devices,
    phones or outlets where findings concentrate.
    """

    payments: int
    labelled: int
    confirmed: int
    cards: int
    households: int
    hubs: int


@dataclass(frozen=True, slots=True)
class Fold:
    """An origin (local day) with what was learned from by then and how payments submitted before `until` were judged.

    `kept` is measured without caught hubs, `everything` with them; all else is without. `calibration` is over all
    payments with an answer (selective where those are findings), `random_sample` over the random sample, weighted.
    """

    origin: str
    until: str
    learned_payments: int
    learned_findings: int
    learned_confirmed: int
    kept: Slice
    everything: Slice
    left: Left
    rivals: tuple[Rival, ...]
    quarters: tuple[Slice, ...]
    counties: tuple[Slice, ...]
    calibration: Reliability
    random_sample: Reliability
    distribution: Distribution
    cases: tuple[DeskCases, ...]
    unseen: tuple[Unseen, ...]
    stability: tuple[Stability, ...] = ()

    @property
    def beaten(self) -> dict[str, bool | None]:
        """Whether the score's average precision was above each baseline's; None where it cannot be compared."""
        return {rival.name: rival.beaten for rival in self.rivals}

    @property
    def all_beaten(self) -> bool:
        """Whether every baseline that can be compared was beaten; False where none can be."""
        compared = [beaten for beaten in self.beaten.values() if beaten is not None]
        return bool(compared) and all(compared)


@dataclass(frozen=True, slots=True)
class Run:
    """A fold with what the folds together need of it: the model, and the payments it was judged on.

    `positions` (m,) in the setting's payments, without those that left the test; `ahead` with them; the rest are of
    these.
    """

    fold: Fold
    bundle: Bundle
    positions: Int64
    ahead: Int64
    judged: Judged
    everything: Judged
    unseen: Bool
    sample: Weights


def run_fold(setting: Setting, split: Split) -> Run:
    """Fit at the origin and measure what came after it. Nothing decided after the origin is learned from."""
    rows, answers = setting.rows, setting.answers
    known = labels_at(setting.ledger, rows[split.past], split.as_of)
    found = answers_of(known)
    past, ahead = setting.facts.part(split.past), setting.facts.part(split.ahead)
    bundle = setting.fit(past, known)
    score = judge(ahead, bundle).probability
    caught = caught_by(setting.ledger, rows, split.past, split.ahead, found)
    # Clusters of this fold's payments alone: what is submitted later must not widen an interval here.
    cluster = clusters_of(setting.ledger, rows[split.ahead], answers.part(split.ahead))
    everything = _judged(setting, split.ahead, score, cluster)
    # A correction comes in after the origin; what it corrects may have been looked at before.
    gone = caught.rows | (labels_at(setting.ledger, rows[split.ahead], split.as_of).outcome != UNLABELLED)
    keep = ~gone
    kept = split.ahead[keep]
    judged = _judged(setting, kept, score[keep], cluster[keep])
    kinds = kinds_of(answers.part(kept))
    confirmed_kinds = frozenset[str]().union(
        *(k for k, hit in zip(kinds_of(found), found.confirmed, strict=True) if hit)
    )
    unseen = is_unseen(kinds, confirmed_kinds)
    sampled = answers.at_random[kept] & judged.usable
    sample = random_sample_weights(setting.program[kept], judged.score, sampled, answers.propensity[kept])
    seed = int(setting.policy["learning.seed"])
    capacity = budgets_of(len(kept), setting.policy)[CAPACITY]
    rivals = compare(
        judged.score,
        contenders(past, known, ahead.part(keep), bundle, setting.champion, split.as_of, seed),
        judged.usable,
        judged.confirmed,
        judged.cluster,
        lambda values: tops_of(values, setting.tie[kept], {CAPACITY: capacity})[CAPACITY],
        draws=setting.draws,
    )
    left = split.ahead[gone]
    fold = Fold(
        origin=day_of(split.as_of, setting.ledger.utc_offset),
        until=day_of(split.until, setting.ledger.utc_offset),
        learned_payments=len(split.past),
        learned_findings=int(known.usable.sum()),
        learned_confirmed=int((known.outcome == 1).sum()),
        kept=measure_slice("without those already found", judged, draws=setting.draws),
        everything=measure_slice("with those already found", everything, draws=setting.draws),
        left=Left(
            len(left), int(answers.usable[left].sum()), int(answers.confirmed[left].sum()),
            caught.cards, caught.households, caught.hubs,
        ),
        rivals=rivals,
        quarters=measure_parts(setting.quarter[kept], judged, draws=setting.draws),
        counties=measure_parts(setting.county[kept], judged, draws=setting.draws),
        calibration=_calibration(judged),
        random_sample=measure_reliability(judged.score, judged.confirmed, judged.cluster, sample),
        distribution=measure_distribution(judged.score, judged.usable, judged.confirmed),
        cases=measure_queue(setting.ledger, rows[kept], answers.part(kept), bundle, setting.policy),
        unseen=unseen_of(judged, unseen, kinds),
    )  # fmt: skip
    return Run(fold, bundle, kept, split.ahead, judged, everything, unseen, sample)


def unseen_of(judged: Judged, unseen: Bool, kinds: list[frozenset[str]]) -> tuple[Unseen, ...]:
    """Recall of typologies not confirmed by the origin, at every budget."""
    found = [
        measure_unseen(name, top, judged.confirmed & judged.usable, unseen, kinds, judged.cluster)
        for name, top in judged.tops.items()
    ]
    return tuple(one for one in found if one is not None)


def day_of(moment_us: int, offset_us: int) -> str:
    """A moment (microseconds UTC) as a local day."""
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return (epoch + dt.timedelta(microseconds=moment_us + offset_us)).date().isoformat()


def _judged(setting: Setting, positions: Int64, score: NDArray[np.float64], cluster: Int64) -> Judged:
    answers, budgets = setting.answers, budgets_of(len(positions), setting.policy)
    return Judged(
        score=score,
        usable=answers.usable[positions],
        confirmed=answers.confirmed[positions],
        amount=setting.amount[positions],
        cluster=cluster,
        tops=tops_of(score, setting.tie[positions], budgets),
    )


def _calibration(judged: Judged) -> Reliability:
    known = judged.take(judged.usable)
    return measure_reliability(known.score, known.confirmed, known.cluster)
