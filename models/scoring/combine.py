"""One probability from rules and learned terms, with contributions that add up to its log-odds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.rules._rule import Outcome, Rule
from models.scoring.asking import added_by_asking, asking, room_below_verify
from models.scoring.bundle import Bundle
from models.scoring.facts import Facts

Float = NDArray[np.float64]
Int = NDArray[np.int64]
FIRED = int(Outcome.FIRED)


@dataclass(frozen=True, slots=True)
class Judged:
    """Calibrated log-odds and probability of each payment; shapes (n,)."""

    log_odds: Float
    probability: Float


@dataclass(frozen=True, slots=True)
class Contributions:
    """What a few payments' log-odds are made of: `base + rules.sum(1) + terms.sum(1)`; shapes (), (m, R), (m, T)."""

    base: float
    rules: Float
    terms: Float


def judge(facts: Facts, bundle: Bundle) -> Judged:
    """Judge every payment of the facts.

    Totals are summed payment by payment in one fixed order, so neither the other payments nor their number matter,
    and no (payments, terms) matrix is held: the few payments that need one ask `contributions`.
    """
    columns, terms = _terms(facts, bundle)
    weights = _aligned(facts, bundle)
    total = strongest_by_typology(facts, _stating(facts.rules, weights))
    sizes = [len(bundle.terms[t].cuts) for t in terms]
    _add_terms(
        facts.values,
        columns,
        np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
        _joined([bundle.terms[t].cuts for t in terms]),
        _joined([bundle.terms[t].scores for t in terms]),
        np.array([bundle.terms[t].missing for t in terms], dtype=np.float64),
        total,
    )
    log_odds = _base(bundle) + bundle.scale * total
    asked = asking(facts.rules)
    touched = np.flatnonzero((facts.outcomes[:, asked] == FIRED).any(axis=1) & bool(weights[asked].any()))
    if len(touched):
        room = room_below_verify(bundle, log_odds[touched])
        fired = facts.outcomes[touched] == FIRED
        log_odds[touched] += bundle.scale * added_by_asking(facts.rules, fired, weights, room)[0]
    return Judged(log_odds, 1 / (1 + np.exp(-log_odds)))


def contributions(facts: Facts, bundle: Bundle) -> Contributions:
    """What each rule and term adds to the log-odds of the payments of the facts: for those that must be explained."""
    columns, terms = _terms(facts, bundle)
    added = np.zeros((len(facts.values), len(bundle.terms)))
    for column, term in zip(columns, terms, strict=True):
        added[:, term] = bundle.terms[term].values(facts.values[:, column])
    fired, weights = facts.fired(), _aligned(facts, bundle)
    rules = rule_contributions(facts.rules, fired, _stating(facts.rules, weights))
    so_far = _base(bundle) + bundle.scale * (rules.sum(axis=1) + added.sum(axis=1))
    rules[:, asking(facts.rules)] = added_by_asking(facts.rules, fired, weights, room_below_verify(bundle, so_far))[1]
    return Contributions(_base(bundle), rules * bundle.scale, added * bundle.scale)


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


def strongest_by_typology(facts: Facts, weights: Float) -> Float:
    """Sum over typologies of the largest weight among its fired rules, 0 where none fired; shape (n,)."""
    total = np.zeros(len(facts.outcomes))
    _add_rules(facts.outcomes, weights, *_by_typology(facts.rules), total)
    return total


@njit(cache=True, nogil=True)
def _add_rules(outcomes: NDArray[np.int8], weights: Float, starts: Int, members: Int, total: Float) -> None:
    """Add the strongest fired rule of each typology."""
    n = outcomes.shape[0]
    best = np.empty(n)
    for g in range(starts.shape[0] - 1):
        best[:] = -np.inf
        for j in range(starts[g], starts[g + 1]):
            k = members[j]
            for i in range(n):
                worth = weights[k] if outcomes[i, k] == FIRED else 0.0
                if worth > best[i]:
                    best[i] = worth
        for i in range(n):
            total[i] += best[i]


@njit(cache=True, nogil=True)
def _add_terms(
    values: NDArray[np.float32], columns: Int, starts: Int, cuts: Float, scores: Float, missing: Float, total: Float
) -> None:
    """Add each term's step; term t has cuts[starts[t]:starts[t+1]] and one score more than cuts."""
    for t in range(columns.shape[0]):
        first, end = starts[t], starts[t + 1]
        for i in range(values.shape[0]):
            x = np.float64(values[i, columns[t]])
            if x != x:
                total[i] += missing[t]
                continue
            lo, hi = first, end
            while lo < hi:
                mid = (lo + hi) >> 1
                if cuts[mid] <= x:
                    lo = mid + 1
                else:
                    hi = mid
            total[i] += scores[lo + t]


def _terms(facts: Facts, bundle: Bundle) -> tuple[Int, list[int]]:
    """Column of the facts and place in the bundle of each term whose feature is computed here."""
    places = {feature.name: k for k, feature in enumerate(facts.features)}
    known = [t for t, term in enumerate(bundle.terms) if term.feature in places]
    return np.array([places[bundle.terms[t].feature] for t in known], dtype=np.int64), known


def _by_typology(rules: tuple[Rule, ...]) -> tuple[Int, Int]:
    """Rules of each typology: starts (typologies + 1,) into the numbers of the rules."""
    groups: dict[str, list[int]] = {}
    for k, rule in enumerate(rules):
        groups.setdefault(rule.typology, []).append(k)
    starts = np.concatenate(([0], np.cumsum([len(g) for g in groups.values()])))
    return starts.astype(np.int64), np.array([k for g in groups.values() for k in g], dtype=np.int64)


def _joined(parts: list[Float]) -> Float:
    return np.concatenate([np.empty(0), *parts])


def _stating(rules: tuple[Rule, ...], weights: Float) -> Float:
    """The weights without those of rules that only ask, which are added last and within bounds."""
    return np.where([rule.asks_only for rule in rules], 0.0, weights)


def _base(bundle: Bundle) -> float:
    return bundle.intercept * bundle.scale + bundle.shift


def _aligned(facts: Facts, bundle: Bundle) -> Float:
    """The bundle's weights in the order of the rules in force; a rule it does not know weighs nothing."""
    known = dict(zip(bundle.rule_codes, bundle.rule_weights, strict=True))
    return np.array([known.get(rule.code, 0.0) for rule in facts.rules], dtype=np.float64)
