"""What every item of the gate looks at: the same payments, judged by both models on the same facts."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger
from models.evaluation.columns import objects
from models.evaluation.judged import tie_breaker
from models.evaluation.over_time.answers import Answers
from models.evaluation.over_time.budgets import CAPACITY, budgets_of, tops_of
from models.evaluation.over_time.clusters import clusters_of
from models.evaluation.over_time.estimates import Resamples
from models.release.period import Period
from models.scoring.bundle import Bundle
from models.scoring.combine import judge
from models.scoring.facts import Facts
from models.scoring.policy import Policy

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]
Int64 = NDArray[np.int64]
TIMED = 20_000
"""Payments judged for a timing; fewer would measure the call."""
TIMINGS = 5


@dataclass(frozen=True)
class Material:
    """Both models' probabilities of n payments, what was found of them, and who may belong together.

    `champion` and `challenger` (n,) in [0, 1]; `cluster` (n,) is drawn again as a whole; `tie` (n,) breaks ties by id.
    `minority` are prefixes of the division codes of minority counties.
    """

    ledger: Ledger
    period: Period
    policy: Policy
    answers: Answers
    bundles: tuple[Bundle, Bundle]
    facts: Facts
    champion: Float
    challenger: Float
    cluster: Int64
    tie: Float
    minority: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        ledger: Ledger,
        period: Period,
        policy: Policy,
        answers: Answers,
        facts: Facts,
        models: tuple[Bundle, Bundle],
        minority: tuple[str, ...] = (),
    ) -> Material:
        """Judge the facts of the period's payments (n,) by (champion, challenger).

        Raises ValueError where facts or answers speak of other payments.
        """
        n = len(period.rows)
        for name, values in (("facts", facts.values), ("answers", answers.outcome)):
            if len(values) != n:
                raise ValueError(f"{name}: found {len(values)} payments, expected {n} as in the period")
        codes = ledger.tables["disbursements"].codes("disbursement_id")[period.rows]
        ids = ledger.vocabulary("disbursement").decode(codes.astype(np.int64))
        cluster = clusters_of(ledger, period.rows, answers)
        one, other = (judge(facts, bundle).probability for bundle in models)
        tie = tie_breaker(objects(list(ids)))
        return cls(ledger, period, policy, answers, models, facts, one, other, cluster, tie, minority)

    @cached_property
    def tops(self) -> tuple[Bool, Bool]:
        """The payments within capacity, by each model; masks of shape (n,)."""
        budget = {CAPACITY: self.capacity}
        one, other = (tops_of(score, self.tie, budget)[CAPACITY] for score in (self.champion, self.challenger))
        return one, other

    @property
    def capacity(self) -> int:
        """How many payments the desks could look at."""
        return budgets_of(len(self.champion), self.policy)[CAPACITY]

    def flagged(self) -> tuple[Bool, Bool]:
        """The payments each model would not simply release; masks of shape (n,)."""
        one, other = (
            score >= min(bundle.line, bundle.verify_line)
            for score, bundle in zip((self.champion, self.challenger), self.bundles, strict=True)
        )
        return one, other

    def resamples(self, among: Bool | None = None) -> Resamples:
        """Weights of payments (of some of them) when whole clusters are drawn again, the same for both models."""
        cluster = self.cluster if among is None else self.cluster[among]
        return Resamples(cluster, draws=int(self.policy["gate.draws"]), seed=int(self.policy["learning.seed"]))

    def milliseconds(self) -> tuple[float, float]:
        """The shortest time each model took to judge 1,000 of the payments, of several, one after the other in turn."""
        some = self.facts.part(np.arange(min(len(self.champion), TIMED)))
        best = [float("inf"), float("inf")]
        for _ in range(TIMINGS):
            for k, bundle in enumerate(self.bundles):
                started = time.perf_counter()
                judge(some, bundle)
                best[k] = min(best[k], time.perf_counter() - started)
        n = max(1, len(some.values))
        return best[0] * 1e6 / n, best[1] * 1e6 / n

    def _same_again(self, said: tuple[Float, Float]) -> Bool:
        one, other = (
            np.round(now, 6) == then for now, then in zip((self.champion, self.challenger), said, strict=True)
        )
        return np.asarray(one & other)

    def counts(self) -> Mapping[str, Any]:
        """Payments, and what was found of them."""
        outcome = self.answers.outcome
        said = self.period.recorded
        again = {} if said is None else {"scored in shadow and the same again": int(self._same_again(said).sum())}
        return again | {
            "payments": len(outcome),
            "confirmed": int((outcome == 1).sum()),
            "cleared": int((outcome == 0).sum()),
            "errors": int((outcome == 2).sum()),
            "random": int((self.answers.at_random & self.answers.usable).sum()),
        }
