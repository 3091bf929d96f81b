"""From facts and findings to a model: weights of rules, learned terms, calibration, lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.rules.catalogue import all_rules
from models.scoring import anomaly
from models.scoring.bundle import Bundle, Term
from models.scoring.combine import judge, strongest_by_typology
from models.scoring.facts import Facts
from models.scoring.policy import Policy
from models.training import calibrate
from models.training.additive import fit_terms
from models.training.labels import Labels
from models.training.rule_weights import RatePrior
from models.training.shipped_terms import in_parts, of_facts, shipped_terms
from models.training.worth import worth

Float = NDArray[np.float64]
UNLABELLED_WEIGHT = 1.0
UNLABELLED_ROWS = 15_000
CONFIRMED_TO_BELIEVE = 450.0
"""Confirmed findings at which half of the terms learned here are believed; fewer, less: measured on invented counties
and on one made by other hands, terms from a few dozen findings mostly remember who was caught."""


def fit(
    facts: Facts,
    labels: Labels,
    policy: Policy,
    *,
    quick: bool = False,
    rates: Mapping[str, RatePrior] | None = None,
    taught: Sequence[Term] | None = None,
    own: bool = True,
) -> Bundle:
    """Weights, terms, calibration and lines from facts and the findings given.

    `quick` learns from fewer bags and leaves the anomaly's detectors out: for judging a recipe, not for scoring.
    `rates` and `taught` are what invented counties say of rules and terms; by default what is shipped.
    Without `own` no terms are learned from this county's findings.
    """
    rules = all_rules()
    taught = shipped_terms() if taught is None else taught
    seed = int(policy["learning.seed"])
    confirmed, cleared = int((labels.outcome == 1).sum()), int((labels.outcome == 0).sum())
    found = worth(rules, facts.fired(), labels, policy, rates)
    precision, weights, muted, rate = found.precision, found.weight, found.muted, found.base
    # Summed without a matrix of payments by rules: of 600,000 payments that would be a gigabyte.
    start = strongest_by_typology(facts, weights)
    start = start + calibrate.fit_shift(start, rate)
    notes = [
        f"{rule.code}: muted, expected precision {p:.3f} here"
        for rule, p, m in zip(rules, precision, muted, strict=True)
        if m
    ]
    names = tuple(f.name for f in facts.features)
    known = labels.usable
    outcome = (labels.outcome[known] == 1).astype(np.float64)
    small, strong = in_parts(taught, facts)
    shipped = np.column_stack([of_facts(small, facts), of_facts(strong, facts)])
    enough = (
        confirmed + cleared >= policy["learning.findings_at_least"]
        and confirmed >= policy["learning.confirmed_at_least"]
    )
    shares = calibrate.fit_shares(start[known], shipped[known], outcome if enough else outcome[:0])
    intercept = 0.0
    terms = tuple(a.times(shares[0]).plus(b.times(shares[1])) for a, b in zip(small, strong, strict=True))
    if enough and own:
        start = start + shipped @ shares
        start = start + calibrate.fit_shift(start, rate)
        part = confirmed / (confirmed + CONFIRMED_TO_BELIEVE)
        intercept, learnt = _learn(facts, labels, names, start, seed, quick=quick)
        intercept, terms = intercept * part, _together(terms, [term.times(part) for term in learnt])
    elif not enough:
        notes.insert(
            0,
            f"{confirmed} confirmed and {cleared} cleared findings: too few to train on; "
            "rules and the shipped prior decide",
        )
    bundle = Bundle(
        version="",
        as_of="",
        rule_codes=tuple(r.code for r in rules),
        rule_weights=weights,
        rule_precision=precision,
        muted=tuple(r.code for r, m in zip(rules, muted, strict=True) if m),
        feature_names=names,
        terms=terms,
        intercept=intercept,
        scale=1.0,
        shift=0.0,
        line=0.0,
        verify_line=0.0,
        notes=tuple(notes),
        params={"shipped_terms_believed": " ".join(f"{share:.3f}" for share in shares)},
    )
    raw = judge(facts, bundle).log_odds
    scale = calibrate.fit_scale(raw[known], outcome, np.ones(int(known.sum())))
    bundle = replace(bundle, scale=scale, shift=calibrate.fit_shift(scale * raw, rate))
    return replace(
        bundle, **_lines(judge(facts, bundle).probability, policy), arrays={} if quick else anomaly.fit(facts, seed)
    )


def _learn(
    facts: Facts, labels: Labels, names: tuple[str, ...], start: Float, seed: int, *, quick: bool
) -> tuple[float, tuple[Term, ...]]:
    """Additive terms from findings, with unlabelled payments counted as what the rules believe of them."""
    rng = np.random.default_rng(seed)
    known = np.nonzero(labels.usable)[0]
    others = np.nonzero(labels.outcome == -1)[0]
    if len(others) > UNLABELLED_ROWS:
        others = np.sort(rng.choice(others, UNLABELLED_ROWS, replace=False))
    rows = np.concatenate([known, others])
    believed = 1 / (1 + np.exp(-start[others]))
    target = np.concatenate([(labels.outcome[known] == 1).astype(np.float64), believed])
    weight = np.concatenate([np.ones(len(known)), np.full(len(others), UNLABELLED_WEIGHT)])
    return fit_terms(facts.values[rows], names, target, weight, start[rows], seed=seed, bags=2 if quick else 4)


def _together(shipped: tuple[Term, ...], own: Sequence[Term]) -> tuple[Term, ...]:
    """One term a feature: what is shipped and what was learned here, added up."""
    found = {term.feature: term for term in shipped}
    for term in own:
        found[term.feature] = found[term.feature].plus(term) if term.feature in found else term
    return tuple(found.values())


def _lines(probability: Float, policy: Policy) -> dict[str, Any]:
    """Where `review` and `verify` begin: the policy's probabilities, but never more than its share of payments."""
    most = float(np.quantile(probability, 1 - policy["line.share_at_most"])) if len(probability) else 1.0
    line = max(policy["line.probability"], np.nextafter(most, 2.0))
    return {"line": line, "verify_line": max(line, policy["line.verify_probability"])}
