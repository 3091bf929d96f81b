"""One probability from rules and learned terms, with contributions that add up to its log-odds exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.rules._rule import Rule
from models.scoring.bundle import Bundle
from models.scoring.facts import Facts

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """`base + rules.sum(1) + terms.sum(1)` is the calibrated log-odds of `probability`; shapes (n,), (n, R), (n, T)."""

    base: float
    rules: Float
    terms: Float
    log_odds: Float
    probability: Float


def rule_contributions(rules: tuple[Rule, ...], fired: NDArray[np.bool_], weights: Float) -> Float:
    """Log-odds each fired rule adds; shape (n, rules).

    Rules of one typology watch the same act from several sides, so only the strongest of them counts; different
    typologies are separate signals and add up.
    """
    worth = fired * weights
    out = np.zeros_like(worth)
    typologies = [rule.typology for rule in rules]
    for typology in dict.fromkeys(typologies):
        columns = np.array([k for k, t in enumerate(typologies) if t == typology])
        part = worth[:, columns]
        strongest = part.argmax(axis=1)
        rows = np.arange(len(part))
        out[rows, columns[strongest]] = part[rows, strongest]
    return out


def judge(facts: Facts, bundle: Bundle) -> Judged:
    """Judge every payment of the facts."""
    names = {feature.name: k for k, feature in enumerate(facts.features)}
    rules = rule_contributions(facts.rules, facts.fired(), _aligned(facts, bundle))
    terms = np.zeros((len(facts.values), len(bundle.terms)))
    for k, term in enumerate(bundle.terms):
        if term.feature in names:
            terms[:, k] = term.values(facts.values[:, names[term.feature]])
    rules = rules * bundle.scale
    terms = terms * bundle.scale
    base = bundle.intercept * bundle.scale + bundle.shift
    log_odds = base + rules.sum(axis=1) + terms.sum(axis=1)
    return Judged(base, rules, terms, log_odds, 1 / (1 + np.exp(-log_odds)))


def _aligned(facts: Facts, bundle: Bundle) -> Float:
    """The bundle's weights in the order of the rules in force; a rule it does not know weighs nothing."""
    known = dict(zip(bundle.rule_codes, bundle.rule_weights, strict=True))
    return np.array([known.get(rule.code, 0.0) for rule in facts.rules])
