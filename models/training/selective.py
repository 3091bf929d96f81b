"""Learning from findings that somebody chose: how common irregularities are, and what to do with the unlabelled.

A finding exists because a payment was suspicious, or was drawn. `base_rate` puts the two together. The corrections
are the known ways to train on such labels; each turns findings into a `Lesson` (rows, soft targets, weights) for
`models.training.additive.fit_terms`. `benchmarks/selective_labels.py` measures them where the truth is known, and
docs/learning-from-the-queue.md says where each fails. `believed` is what `models.training.fit` does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.asof import Ledger
from models.scoring.bundle import Term
from models.scoring.combine import strongest_by_typology
from models.scoring.facts import Facts
from models.training import calibrate
from models.training.additive import fit_terms
from models.training.labels import CONFIRMED, ERROR, UNLABELLED, Labels

Float = NDArray[np.float64]
Int64 = NDArray[np.int64]
UNLABELLED_ROWS = 15_000
SPIES = 0.15
"""Share of the confirmed payments hidden among the unlabelled to see where an unlabelled one of their kind lies."""
SPIES_LOST = 0.1
"""Share of spies that may fall among the payments taken to be clean."""
LEFT_AT_LEAST = 0.25
"""Share of the expected rate that is expected among payments nobody looked at, however much was found."""
LARGEST_WEIGHT = 20.0
"""Largest weight of a finding against the mean one: beyond it one lucky draw would teach more than all others."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What to learn from: `rows` (m,) of the facts, `target` (m,) in [0, 1], `weight` (m,) > 0."""

    rows: Int64
    target: Float
    weight: Float


@dataclass(frozen=True, slots=True)
class Problem:
    """Facts, findings, the log-odds rules alone give (n,), a seed, and how many unlabelled payments are read."""

    facts: Facts
    labels: Labels
    start: Float
    seed: int
    unlabelled: int = UNLABELLED_ROWS

    @property
    def believed(self) -> Float:
        """The probability rules alone give each payment; shape (n,)."""
        return np.asarray(1 / (1 + np.exp(-self.start)))

    @property
    def known(self) -> Int64:
        """Payments confirmed or cleared."""
        return np.nonzero(self.labels.usable)[0].astype(np.int64)

    def found(self, rows: Int64) -> Float:
        """1 where a payment was confirmed, else 0."""
        return np.asarray((self.labels.outcome[rows] == CONFIRMED).astype(np.float64))

    def others(self) -> Int64:
        """Unlabelled payments, a random part where there are more."""
        rows = np.nonzero(self.labels.outcome == UNLABELLED)[0].astype(np.int64)
        if len(rows) <= self.unlabelled:
            return rows
        return np.sort(np.random.default_rng(self.seed).choice(rows, self.unlabelled, replace=False))

    def terms(self, lesson: Lesson, *, bags: int = 2) -> tuple[float, tuple[Term, ...]]:
        """Intercept and terms learned from a lesson, on top of what rules give."""
        names, rows = [f.name for f in self.facts.features], lesson.rows
        return fit_terms(
            self.facts.values[rows], names, lesson.target, lesson.weight, self.start[rows], seed=self.seed, bags=bags
        )

    def learned(self, lesson: Lesson) -> Float:
        """Log-odds (n,) after the terms of a lesson, learned in haste, were added to what rules give."""
        return with_terms(self.facts, self.start, *self.terms(lesson, bags=1))


def with_terms(facts: Facts, start: Float, intercept: float, terms: tuple[Term, ...], share: float = 1.0) -> Float:
    """Log-odds `start` (n,) with the terms' steps added, believed to a share; shape (n,)."""
    places = {feature.name: k for k, feature in enumerate(facts.features)}
    added = np.full(len(start), intercept)
    for term in terms:
        added += term.values(facts.values[:, places[term.feature]])
    return np.asarray(start + share * added)


Correction = Callable[[Problem], Lesson]


def naive(problem: Problem) -> Lesson:
    """Whatever nobody looked at is clean. Fails as soon as schemes nobody found are common: it learns to deny them."""
    return _both(problem, np.zeros(len(problem.others())))


def labelled_only(problem: Problem) -> Lesson:
    """Unlabelled payments are left out. What is learned holds among suspicious payments and not beside them."""
    known = problem.known
    return Lesson(known, problem.found(known), np.ones(len(known)))


def believed(problem: Problem) -> Lesson:
    """An unlabelled payment counts as what rules believe of it: terms learn nothing from it but to keep still."""
    return _both(problem, problem.believed[problem.others()])


def inverse_propensity(problem: Problem) -> Lesson:
    """Findings alone, each weighted by one over the chance that somebody looked.

    The chance is on record for the random sample and estimated for the rest, by logistic regression of being looked
    at on what a reader of the queue sees. Right where the chances are; few payments then carry most of the weight.
    """
    known = problem.known
    return Lesson(known, problem.found(known), _inverse(problem, known))


def believed_and_weighted(problem: Problem) -> Lesson:
    """`believed` with findings weighted as in `inverse_propensity`: doubly robust in spirit, capped so as to hold."""
    lesson = believed(problem)
    known = problem.known
    return replace(lesson, weight=np.concatenate([_inverse(problem, known), np.ones(len(lesson.rows) - len(known))]))


def elkan_noto(problem: Problem) -> Lesson:
    """Confirmed against everything else, then unlabelled ones count as positive with Elkan and Noto's (2008) weight.

    Assumes that a confirmed payment is any irregular one that happened to be found (selected completely at random),
    which a queue breaks on purpose: what looks like no finding so far gets no weight at all.
    """
    known, others = problem.known, problem.others()
    found = problem.found(known)
    rng = np.random.default_rng(problem.seed)
    held = rng.random(len(known)) < 0.3
    target = np.concatenate([np.where(held, 0.0, found), np.zeros(len(others))])
    rows = np.concatenate([known, others])
    kept = np.concatenate([~held, np.ones(len(others), dtype=bool)])
    log_odds = problem.learned(Lesson(rows[kept], target[kept], np.ones(int(kept.sum()))))
    chance = 1 / (1 + np.exp(-log_odds))
    test = known[held & (found == 1)]
    labelled = float(np.clip(chance[test].mean(), 0.05, 0.99)) if len(test) else 0.5
    odds = chance[others] / np.maximum(1 - chance[others], 1e-9)
    return _both(problem, np.clip((1 - labelled) / labelled * odds, 0.0, 1.0))


def two_step(problem: Problem) -> Lesson:
    """Clean is what scores below nearly all spies (Liu and others 2002); the rest of the unlabelled is left out.

    Spies are confirmed payments hidden among the unlabelled. Schemes unlike any confirmed one score low and are taken
    for clean.
    """
    known, others = problem.known, problem.others()
    found = problem.found(known)
    spies = (np.random.default_rng(problem.seed).random(len(known)) < SPIES) & (found == 1)
    target = np.concatenate([np.where(spies, 0.0, found), np.zeros(len(others))])
    rows = np.concatenate([known, others])
    log_odds = problem.learned(Lesson(rows, target, np.ones(len(rows))))
    bound = float(np.quantile(log_odds[known[spies]], SPIES_LOST)) if spies.any() else float(np.median(log_odds))
    clean = others[log_odds[others] < bound]
    return Lesson(
        np.concatenate([known, clean]), np.concatenate([found, np.zeros(len(clean))]), np.ones(len(known) + len(clean))
    )


def believed_twice(problem: Problem) -> Lesson:
    """`believed`, then once more with what the first model believes, held at the same mean (one step of EM).

    Feeds the model its own opinion: sharper where it is right, and surer where it is wrong.
    """
    others = problem.others()
    first = problem.learned(believed(problem))
    shift = calibrate.fit_shift(first, float(problem.believed.mean()))
    return _both(problem, (1 / (1 + np.exp(-(first + shift))))[others])


CORRECTIONS: Mapping[str, Correction] = {
    "unlabelled are clean": naive,
    "findings alone": labelled_only,
    "rules' belief (ships)": believed,
    "inverse propensity": inverse_propensity,
    "belief, weighted findings": believed_and_weighted,
    "Elkan and Noto": elkan_noto,
    "two-step with spies": two_step,
    "belief, twice": believed_twice,
}
"""Every way of learning from selected findings that is compared, by the name it is printed under."""


def start_of(facts: Facts, weights: Float, rate: float) -> Float:
    """Log-odds rules alone give, with mean probability `rate`; shape (n,). `weights` as in the bundle."""
    start = strongest_by_typology(facts, weights)
    return np.asarray(start + calibrate.fit_shift(start, rate))


def with_propensities(labels: Labels, ledger: Ledger, rows: Int64, offered: pa.Table) -> Labels:
    """The labels with the chance each payment at random was drawn by, where a queue kept it.

    `offered` is `models.scoring.draws.kept`. A draw counts when it came before the finding; of several the last.
    """
    drawn = np.array([how == "random" for how in offered.column("offered_as").to_pylist()], dtype=bool)
    if not drawn.any():
        return labels
    table = offered.filter(pa.array(drawn))
    place = np.full(len(ledger.vocabulary("disbursement")) + 1, -1, dtype=np.int64)
    own = ledger.tables["disbursements"].codes("disbursement_id")[rows]
    place[own] = np.arange(len(rows))
    at = place[ledger.vocabulary("disbursement").encode(table.column("disbursement_id"))]
    moment = np.asarray(table.column("queue_at").to_numpy(), dtype=np.int64)
    good = (at >= 0) & labels.at_random[at] & (moment <= labels.decided_at[at])
    order = np.argsort(moment[good], kind="stable")
    propensity = labels.propensity.copy()
    propensity[at[good][order]] = table.column("propensity").to_numpy()[good][order]
    return replace(labels, propensity=propensity)


def random_evidence(labels: Labels) -> tuple[float, float]:
    """Confirmed and looked at among payments drawn at random, as so many payments drawn alike.

    Where chances are known each payment counts by one over its own (Hajek's estimate, at Kish's effective size); one
    whose chance is not on record counts like the mean of the others. Honest errors count as looked at and not
    confirmed: they are part of what was drawn.
    """
    drawn = labels.at_random & (labels.outcome != UNLABELLED)
    if not drawn.any():
        return 0.0, 0.0
    weight = 1 / labels.propensity[drawn]
    known = np.isfinite(weight)
    weight = np.where(known, weight, weight[known].mean() if known.any() else 1.0)
    effective = float(weight.sum() ** 2 / (weight**2).sum())
    share = float((weight * (labels.outcome[drawn] == CONFIRMED)).sum() / weight.sum())
    return share * effective, effective


def base_rate(labels: Labels, expected: float, wrong: float, *, trust: float = 1500.0) -> float:
    """Share of irregular payments among all: what was found for a reason, and the sample's share of the rest.

    The random sample is drawn from payments nobody looks at otherwise, so by its own it says nothing of those that were
    found; leaving these out counts a county as cleaner the better its queue is. `expected`, `wrong` and `trust` as in
    `calibrate.base_rate`.
    """
    n = len(labels)
    chosen = (labels.usable | (labels.outcome == ERROR)) & ~labels.at_random
    found = float((chosen & (labels.outcome == CONFIRMED)).sum())
    others = n - float(chosen.sum())
    if n == 0 or others == 0:
        return found / n if n else expected
    # What was expected of all, less what was found: but never that nothing is left to find.
    left = max(expected * n - found, LEFT_AT_LEAST * expected * others) / others
    return (found + others * calibrate.base_rate(*random_evidence(labels), left, wrong, trust=trust)) / n


def _both(problem: Problem, belief: Float) -> Lesson:
    """Findings as they are and unlabelled payments with a soft target, all of weight 1."""
    known, others = problem.known, problem.others()
    return Lesson(
        np.concatenate([known, others]),
        np.concatenate([problem.found(known), belief]),
        np.ones(len(known) + len(others)),
    )


def _inverse(problem: Problem, known: Int64) -> Float:
    """One over the chance of being looked at, mean 1 and at most `LARGEST_WEIGHT`; shape (known,)."""
    labels = problem.labels
    chance = looked_at_chance(problem)[known]
    recorded = labels.propensity[known]
    chance = np.where(np.isfinite(recorded), recorded, chance)
    weight = 1 / np.maximum(chance, 1e-6)
    for _ in range(20):
        weight = np.minimum(weight / weight.mean(), LARGEST_WEIGHT)
    return np.asarray(weight)


def looked_at_chance(problem: Problem) -> Float:
    """Estimated chance that somebody looked at each payment; shape (n,).

    Logistic regression with a ridge on what makes a payment come up: the rules' log-odds, whether any rule fired and
    which typologies did. Two payments alike in these have the same chance.
    """
    fired = problem.facts.fired()
    typologies = list(dict.fromkeys(rule.typology for rule in problem.facts.rules))
    of_rule = np.array([rule.typology for rule in problem.facts.rules])
    hits = np.column_stack([fired[:, of_rule == t].any(axis=1) for t in typologies]).astype(np.float64)
    scaled = (problem.start - problem.start.mean()) / (problem.start.std() + 1e-9)
    x = np.column_stack([np.ones(len(scaled)), scaled, fired.any(axis=1), hits])
    y = (problem.labels.outcome != UNLABELLED).astype(np.float64)
    ridge = np.full(x.shape[1], 1.0)
    ridge[0] = 1e-6
    beta = np.zeros(x.shape[1])
    beta[0] = np.log((y.mean() + 1e-6) / (1 - y.mean() + 1e-6))
    loss = _penalised(x, y, beta, ridge)
    for _ in range(50):
        p = 1 / (1 + np.exp(-(x @ beta)))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(hessian, x.T @ (y - p) - ridge * beta)
        # Newton's step goes too far where nearly nobody looked: it is halved until it gains.
        while _penalised(x, y, beta + step, ridge) > loss and np.abs(step).max() > 1e-9:
            step = step / 2
        beta = beta + step
        before, loss = loss, _penalised(x, y, beta, ridge)
        if before - loss < 1e-7 * abs(before):
            break
    return np.asarray(1 / (1 + np.exp(-(x @ beta))))


def _penalised(x: Float, y: Float, beta: Float, ridge: Float) -> float:
    """Negative log-likelihood with its ridge."""
    eta = x @ beta
    return float(np.logaddexp(0.0, eta).sum() - (y * eta).sum() + 0.5 * (ridge * beta**2).sum())
