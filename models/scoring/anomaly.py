"""How unusual a payment is, from facts alone: no finding is needed.

Two views are averaged on the scale of log tail probabilities: how rare the combination of fired rules is in this
county, and how far the feature values lie from those of its peers (the detectors). Each is read against the reference
payments of training, so that 0.99 means odder than 99 % of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.scoring.bundle import Bundle
from models.scoring.facts import Facts

Float = NDArray[np.float64]
Arrays = dict[str, NDArray[Any]]
LEVELS = 2049


def fit(facts: Facts, seed: int) -> Arrays:
    """Rarities of rules and reference quantiles, as arrays to be kept in the bundle."""
    fired = facts.fired()
    rarity = -np.log((fired.sum(axis=0) + 0.5) / (len(fired) + 1.0))
    arrays: Arrays = {"anomaly_rule_rarity": rarity}
    arrays["anomaly_rarity_quantiles"] = _quantiles(_rarity(facts, rarity))
    return arrays


def score(facts: Facts, bundle: Bundle) -> Float:
    """Oddness in [0, 1]; shape (n,). Zero where the bundle holds no reference."""
    arrays = bundle.arrays
    if "anomaly_rule_rarity" not in arrays:
        return np.zeros(len(facts.values))
    known = dict(zip(bundle.rule_codes, arrays["anomaly_rule_rarity"].tolist(), strict=True))
    rarity = np.array([known.get(rule.code, 0.0) for rule in facts.rules])
    tails = [_tail(_rarity(facts, rarity), arrays["anomaly_rarity_quantiles"])]
    mean = np.mean([-np.log(t) for t in tails], axis=0)
    return np.asarray(1 - np.exp(-mean))


def _rarity(facts: Facts, rarity: Float) -> Float:
    """Sum over typologies of the rarest fired rule's surprisal."""
    worth = facts.fired() * rarity
    typologies = [rule.typology for rule in facts.rules]
    total = np.zeros(len(worth))
    for typology in dict.fromkeys(typologies):
        total += worth[:, [k for k, t in enumerate(typologies) if t == typology]].max(axis=1)
    return total


def _quantiles(values: Float) -> Float:
    return np.quantile(values, np.linspace(0, 1, LEVELS))


def _tail(values: Float, quantiles: Float) -> Float:
    """Share of reference payments at or above each value, never 0; beyond the largest it keeps falling slowly."""
    below = np.searchsorted(quantiles, values, side="left") / len(quantiles)
    beyond = np.maximum(values - quantiles[-1], 0.0) / max(abs(float(quantiles[-1])), 1.0)
    return np.asarray(np.maximum(1 - below, 0.5 / len(quantiles)) / (1 + beyond))
