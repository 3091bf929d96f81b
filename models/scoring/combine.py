"""One probability from rules and learned terms, with contributions that add up to its log-odds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.rules._rule import Outcome
from models.scoring._prepared import by_typology, prepared
from models.scoring.asking import added_by_asking, room_below_verify
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
    ready = prepared(facts.features, facts.rules, bundle)
    total = np.zeros(len(facts.outcomes))
    _add_rules(facts.outcomes, ready.stating, ready.groups, ready.members, total)
    _add_terms(facts.values, ready.columns, ready.starts, ready.cuts, ready.scores, ready.missing, total)
    log_odds = _base(bundle) + bundle.scale * total
    asked = facts.outcomes[:, ready.asking] == FIRED
    touched = np.flatnonzero(asked.any(axis=1) & bool(ready.weights[ready.asking].any()))
    if len(touched):
        room = room_below_verify(bundle, log_odds[touched])
        fired = facts.outcomes[touched] == FIRED
        log_odds[touched] += bundle.scale * added_by_asking(facts.rules, fired, ready.weights, room)[0]
    return Judged(log_odds, 1 / (1 + np.exp(-log_odds)))


def contributions(facts: Facts, bundle: Bundle) -> Contributions:
    """What each rule and term adds to the log-odds of the payments of the facts: for those that must be explained."""
    ready = prepared(facts.features, facts.rules, bundle)
    added = np.zeros((len(facts.values), len(bundle.terms)))
    _each_term(facts.values, ready.columns, ready.terms, ready.starts, ready.cuts, ready.scores, ready.missing, added)
    fired = facts.fired()
    rules = np.zeros((len(fired), len(facts.rules)))
    _each_rule(facts.outcomes, ready.stating, ready.groups, ready.members, rules)
    so_far = _base(bundle) + bundle.scale * (rules.sum(axis=1) + added.sum(axis=1))
    room = room_below_verify(bundle, so_far)
    rules[:, ready.asking] = added_by_asking(facts.rules, fired, ready.weights, room)[1]
    return Contributions(_base(bundle), rules * bundle.scale, added * bundle.scale)


def strongest_by_typology(facts: Facts, weights: Float) -> Float:
    """Sum over typologies of the largest weight among its fired rules, 0 where none fired; shape (n,)."""
    total = np.zeros(len(facts.outcomes))
    _add_rules(facts.outcomes, weights, *by_typology(facts.rules), total)
    return total


@njit(cache=True, nogil=True)
def _each_rule(outcomes: NDArray[np.int8], weights: Float, starts: Int, members: Int, out: Float) -> None:
    """What each fired rule adds to the log-odds, into `out` (n, rules).

    Rules of one typology watch the same act from several sides, so only the strongest of them counts; different
    typologies are separate signals and add up.
    """
    for i in range(outcomes.shape[0]):
        for g in range(starts.shape[0] - 1):
            strongest, best = members[starts[g]], -np.inf
            for j in range(starts[g], starts[g + 1]):
                k = members[j]
                worth = weights[k] if outcomes[i, k] == FIRED else 0.0
                if worth > best:
                    strongest, best = k, worth
            out[i, strongest] = best


@njit(cache=True, nogil=True)
def _each_term(
    values: NDArray[np.float32],
    columns: Int,
    terms: Int,
    starts: Int,
    cuts: Float,
    scores: Float,
    missing: Float,
    out: Float,
) -> None:
    """What each term adds, into `out` (n, terms of the bundle); see `_add_terms`."""
    for t in range(columns.shape[0]):
        for i in range(values.shape[0]):
            out[i, terms[t]] = _step(np.float64(values[i, columns[t]]), t, starts, cuts, scores, missing)


@njit(cache=True, nogil=True)
def _step(x: float, t: int, starts: Int, cuts: Float, scores: Float, missing: Float) -> float:
    """The value of term t at x: it has cuts[starts[t]:starts[t+1]] and one score more than cuts."""
    if x != x:
        return float(missing[t])
    lo, hi = starts[t], starts[t + 1]
    while lo < hi:
        mid = (lo + hi) >> 1
        if cuts[mid] <= x:
            lo = mid + 1
        else:
            hi = mid
    return float(scores[lo + t])


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
    """Add each term's step, term after term."""
    for t in range(columns.shape[0]):
        for i in range(values.shape[0]):
            total[i] += _step(np.float64(values[i, columns[t]]), t, starts, cuts, scores, missing)


def _base(bundle: Bundle) -> float:
    return bundle.intercept * bundle.scale + bundle.shift
