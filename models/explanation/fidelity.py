"""Do the reasons say what moved the score: take the named facts away, judge again, and see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger
from models.explanation.explanation import Explanation
from models.explanation.peers import PeerFinder
from models.rules._rule import Outcome
from models.scoring.bundle import Bundle
from models.scoring.combine import contributions, judge
from models.scoring.facts import Facts

Int64 = NDArray[np.int64]
Quiet = dict[str, float | None]
"""Facts to be silenced: a rule's code (to None), a feature's name to its quiet value (None: no value)."""


@dataclass(frozen=True, slots=True)
class Fidelity:
    """Over a number of payments and all their named facts.

    `opposite` facts raised the score when removed; `worst_gap` is the largest difference between what a removal did
    to the log-odds and what was promised. `named_drop` and `random_drop` are the mean fall of the log-odds when all
    named facts, and when as many other facts that count for the payment, are as quiet as usual. `counterfactuals`
    of `promised` payments did go under their line when the facts named for it were removed.
    """

    payments: int
    facts: int
    opposite: int
    worst_gap: float
    named_drop: float
    random_drop: float
    promised: int
    counterfactuals: int


def silenced(facts: Facts, quiet: Quiet) -> Facts:
    """The facts with those given as quiet as usual: features at their quiet value, rules not fired.

    A rule is silenced with the others of its typology, which watch the same act: alone, the next of them would speak
    in its place.
    """
    values, outcomes = facts.values.copy(), facts.outcomes.copy()
    typologies = {code.partition(".")[0] for code in quiet if "." in code}
    for k, rule in enumerate(facts.rules):
        if rule.typology in typologies:
            fired = outcomes[:, k] == Outcome.FIRED
            outcomes[fired, k] = Outcome.QUIET
    for k, feature in enumerate(facts.features):
        if feature.name in quiet:
            value = quiet[feature.name]
            values[:, k] = np.nan if value is None else value
    return replace(facts, values=values, outcomes=outcomes)


def measure(
    ledger: Ledger,
    bundle: Bundle,
    facts: Facts,
    rows: Int64,
    at_us: Int64,
    explanations: Sequence[Explanation],
    *,
    seed: int = 0,
) -> Fidelity:
    """Measure explanations of payments against the model itself.

    `facts` (n, ...), `rows` (n,), `at_us` (n,) and the explanations speak of the same payments. Raises ValueError
    when they are not equally many.
    """
    if not len(facts.values) == len(rows) == len(at_us) == len(explanations):
        raise ValueError("facts, rows, moments and explanations must be of the same payments")
    finder, rng = PeerFinder(ledger), np.random.default_rng(seed)
    features = {feature.name: feature for feature in facts.features}
    count = opposite = promised = kept = 0
    worst = 0.0
    drops: list[float] = []
    by_chance: list[float] = []
    for i, told in enumerate(explanations):
        own = facts.part(np.array([i]))
        before = float(judge(own, bundle).log_odds[0])

        def fall(quiet: Quiet, own: Facts = own, before: float = before) -> float:
            return before - float(judge(silenced(own, quiet), bundle).log_odds[0])

        named: Quiet = {fact.code: fact.quiet for fact in told.named}
        for fact in told.named:
            moved = fall({fact.code: fact.quiet})
            count += 1
            opposite += moved <= 0
            worst = max(worst, abs(moved - fact.removal))
        if named:
            drops.append(fall(named))
            worst = max(worst, abs(drops[-1] - sum(fact.removal for fact in told.named)))
            added = contributions(own, bundle).terms[0]
            others = [
                term.feature
                for term, worth in zip(bundle.terms, added, strict=True)
                if worth != 0 and term.feature in features and term.feature not in named
            ]
            peers = finder.of(int(rows[i]), int(at_us[i]))
            drawn = rng.permutation(len(others))[: len(named)]
            by_chance.append(fall({others[k]: peers.quiet(features[others[k]]) for k in drawn}))
        if told.counterfactual is not None and told.counterfactual.enough:
            promised += 1
            wanted: Quiet = {code: named[code] for code in told.counterfactual.facts}
            kept += bool(judge(silenced(own, wanted), bundle).probability[0] < told.line)
    return Fidelity(
        len(explanations),
        count,
        opposite,
        worst,
        float(np.mean(drops)) if drops else 0.0,
        float(np.mean(by_chance)) if by_chance else 0.0,
        promised,
        kept,
    )
