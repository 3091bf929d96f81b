"""A county whose findings are made by its own queue: train, open the queue, look within capacity, learn, next period.

The county's own findings are thrown away. What investigators find follows the truth, with the simulator's mistakes:
a share `WRONG` of looks goes wrong; an irregular payment is then mostly cleared, an honest one that looks bad is
mostly called an error and sometimes confirmed, a plain honest one is seldom mistaken. A case is looked at as a whole.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks._county import DAY, Bool, Float, Int64, Known, fitted_in_haste, scores_of
from features.asof import Ledger
from models.evaluation.columns import places_of, texts
from models.scoring import anomaly, draws
from models.scoring.bundle import Bundle
from models.scoring.cases import build_queue
from models.scoring.combine import judge
from models.scoring.facts import Facts, gather
from models.scoring.policy import Policy
from models.training.labels import Labels, labels_at
from models.training.selective import with_propensities

WRONG = 0.06
FIRST = 0.4
"""Share of the payments submitted before the first queue: history nobody has looked at."""
FINDINGS = pa.schema(
    [
        ("disbursement_id", pa.string()),
        ("outcome", pa.string()),
        ("typology", pa.string()),
        ("suspect_role", pa.string()),
        ("decided_at", pa.timestamp("us", tz="UTC")),
        ("selected_by", pa.string()),
    ]
)


@dataclass(frozen=True)
class Truth:
    """What is true of each payment, by row of the ledger; shapes (n,)."""

    irregular: Bool
    looks_bad: Bool
    data_error: Bool
    typologies: NDArray[np.object_]

    @classmethod
    def of(cls, county: Known, rows: Int64) -> Truth:
        """The truth of these rows."""
        ids = np.array(county.ids(rows), dtype=object)
        place = places_of(ids, texts(county.truth, "disbursement_id"))

        def said(name: str) -> NDArray[np.object_]:
            values = texts(county.truth, name)
            return np.array([values[k] if k >= 0 else None for k in place], dtype=object)

        irregular = np.array([str(y) == "1" for y in said("irregular")])
        sets = [frozenset(text.split("|")) if text else frozenset() for text in said("typologies")]
        typologies = np.empty(len(sets), dtype=object)
        typologies[:] = sets
        return cls(
            irregular=irregular,
            looks_bad=np.array([text is not None for text in said("look_alike")]),
            data_error=(said("suspect_role") == "data_error") & ~irregular,
            typologies=typologies,
        )


@dataclass(frozen=True)
class Places:
    """A way to spend the same number of places."""

    name: str
    random: float
    uncertain: float

    def of(self, policy: Policy, places: int) -> Policy:
        """The policy that opens `places` cases a queue in all, so many of them to learn."""
        queue = places * (1 - self.random - self.uncertain)
        return replace(
            policy,
            values={
                **policy.values,
                "desks.discipline_capacity": round(0.4 * queue),
                "desks.department_capacity": round(0.4 * queue),
                "desks.owed_capacity": round(queue) - 2 * round(0.4 * queue),
                "desks.random_share": self.random,
                "desks.uncertain_share": self.uncertain,
                # A low line, so that every way fills its places and none looks less than another.
                "line.probability": 0.004,
                "line.share_at_most": 0.1,
                # The counties are small and so are their queues.
                "learning.findings_at_least": 60,
                "learning.confirmed_at_least": 10,
            },
        )


@dataclass(frozen=True)
class Round:
    """One period: what was known at its start, what was scored in it, what its queue offered."""

    start: int
    end: int
    ledger: Ledger
    rows: Int64
    facts: Facts
    past: Bool
    ahead: Bool
    labels: Labels
    bundle: Bundle
    policy: Policy
    score: Float
    anomaly: Float
    offered: pa.Table


@dataclass
class Loop:
    """A county, a way to spend places, and what has been found and offered so far."""

    county: Known
    truth: Truth
    policy: Policy
    seed: int
    findings: pa.Table
    offered: pa.Table

    @classmethod
    def begin(cls, county: Known, truth: Truth, policy: Policy, seed: int) -> Loop:
        """Nothing found yet."""
        return cls(county, truth, policy, seed, FINDINGS.empty_table(), draws.SCHEMA.empty_table())

    def rounds(self, count: int) -> Iterator[Round]:
        """Periods with equally many payments each, one after another; each teaches the next."""
        known = self.county.ledger.tables["disbursements"].known_at
        edges = [int(known[int(s * (len(known) - 1))]) for s in np.linspace(FIRST, 1.0, count + 1)]
        for number, (start, end) in enumerate(itertools.pairwise(edges)):
            yield self._round(start, end, np.random.default_rng([self.seed, number]))

    def _round(self, start: int, end: int, rng: np.random.Generator) -> Round:
        ledger = self.county.with_findings(self.findings)
        table = ledger.tables["disbursements"]
        rows = np.nonzero((table.known_at < end) & (table.superseded_at >= end))[0].astype(np.int64)
        facts = gather(ledger, rows, self.policy)
        past, ahead = table.known_at[rows] < start, table.known_at[rows] >= start
        labels = with_propensities(labels_at(ledger, rows[past], start), ledger, rows[past], self.offered)
        learned = facts.part(past)
        bundle = fitted_in_haste(learned, labels, self.policy)
        bundle = replace(bundle, arrays=anomaly.fit(learned, int(self.policy["learning.seed"])))
        score = judge(facts.part(ahead), bundle).probability
        scored = scores_of(ledger, bundle, self.policy, rows[ahead], table.known_at[rows[ahead]])
        queue = build_queue(ledger, scored, end, self.policy, bundle=bundle)
        self._look(queue.cases, end, rng)
        self.offered = pa.concat_tables([self.offered, queue.draws.cast(draws.SCHEMA)])
        odd = np.asarray(scored.column("anomaly").to_numpy(), dtype=np.float64)
        return Round(
            start, end, ledger, rows, facts, past, ahead, labels, bundle, self.policy, score, odd, queue.draws
        )  # fmt: skip

    def _look(self, cases: pa.Table, at: int, rng: np.random.Generator) -> None:
        """Findings on every member of the cases that has none yet, weeks or months after the queue was opened."""
        done = set(self.findings.column("disbursement_id").to_pylist())
        place = {one: k for k, one in enumerate(self.county.ids(np.arange(len(self.truth.irregular))))}
        made = []
        for case in cases.to_pylist():
            decided = at + int((7 + rng.gamma(2.0, 20.0)) * DAY)
            for one in json.loads(case["members"]):
                if one not in done:
                    done.add(one)
                    outcome = self._outcome(place[one], rng)
                    named = sorted(self.truth.typologies[place[one]]) if outcome == "confirmed" else []
                    made.append(
                        {
                            "disbursement_id": one,
                            "outcome": outcome,
                            "typology": named[int(rng.integers(len(named)))] if named else None,
                            "suspect_role": None,
                            "decided_at": decided,
                            "selected_by": case["selected_by"],
                        }
                    )
        self.findings = pa.concat_tables([self.findings, pa.Table.from_pylist(made, schema=FINDINGS)])

    def _outcome(self, row: int, rng: np.random.Generator) -> str:
        truth = self.truth
        wrong = rng.random() < WRONG
        if truth.irregular[row]:
            return ("cleared" if rng.random() < 0.7 else "error") if wrong else "confirmed"
        if truth.data_error[row]:
            return "cleared" if wrong else "error"
        # Nobody doubts a plain payment for long.
        if wrong and (truth.looks_bad[row] or rng.random() < 0.15):
            return "confirmed" if rng.random() < 0.25 else "error"
        return "cleared"
