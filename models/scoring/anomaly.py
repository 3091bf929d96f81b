"""How unusual a payment is, from facts alone: no finding is needed.

Every typology gives each payment one number: the surprisal, in this county, of its rarest fired rule (0 where none
fired). Their sum is how surprising the combination is if typologies were independent. Beside it four unsupervised
detectors, isolation forest among them, read the same columns among payments of the same kind of program. Both are in
nats and are averaged. Detectors over the raw feature values mostly find what is odd for innocent reasons (measured:
docs/detectors.md); over what the rules single out they weigh how rare a combination is. Payments no rule fired for
share one value a peer group.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.detectors._ensemble import Ensemble
from models.detectors._peers import PeerGroups
from models.scoring.bundle import Bundle
from models.scoring.facts import Facts

Float = NDArray[np.float64]
Arrays = dict[str, NDArray[Any]]
PREFIX = "anomaly/"
NATS = 10.0
"""Scale of the score: 10 nats (one in 22,000) is 0.63."""

MEMBERS = ("Covariance", "EmpiricalTails", "Histogram", "IsolationForest")


class RareSignals(Ensemble):
    """The detectors that read typologies' surprisals, as their root mean square."""

    power = 2.0

    def __init__(self, members: tuple[str, ...] = MEMBERS) -> None:
        super().__init__(members)


def fit(facts: Facts, seed: int) -> Arrays:
    """Rarities of rules and the fitted detectors, as arrays to be kept in the bundle."""
    fired = facts.fired()
    rarity = -np.log((fired.sum(axis=0) + 0.5) / (len(fired) + 1.0))
    names = _typologies(rule.code for rule in facts.rules)
    detectors = PeerGroups(RareSignals).fit(surprisals(facts, rarity, names), facts.peers, seed=seed)
    kept = {f"{PREFIX}{key}": value for key, value in detectors.to_arrays().items()}
    return {"rule_rarity": rarity, "typologies": np.array(names), **kept}


def score(facts: Facts, bundle: Bundle) -> Float:
    """Oddness in [0, 1]; shape (n,). Zero where the bundle holds no reference."""
    if "rule_rarity" not in bundle.arrays:
        return np.zeros(len(facts.values))
    known = dict(zip(bundle.rule_codes, bundle.arrays["rule_rarity"].tolist(), strict=True))
    rarity = np.array([known.get(rule.code, 0.0) for rule in facts.rules])
    kept = {key.removeprefix(PREFIX): value for key, value in bundle.arrays.items() if key.startswith(PREFIX)}
    detectors = PeerGroups.from_arrays(kept, RareSignals)
    names = tuple(bundle.arrays["typologies"].tolist()) if "typologies" in bundle.arrays else _typologies(known)
    seen = surprisals(facts, rarity, names)
    # Few payments have any signal: the others of a peer group are all alike, and one of them is enough.
    signal = np.nonzero(seen.any(axis=1))[0]
    out = np.empty(len(seen))
    groups, inverse = np.unique(facts.peers, return_inverse=True)
    out[:] = detectors.surprisal(np.zeros((len(groups), seen.shape[1])), groups)[inverse] if len(groups) else 0.0
    if len(signal):
        out[signal] = detectors.surprisal(seen[signal], facts.peers[signal])
    return np.asarray(-np.expm1(-(out + seen.sum(axis=1)) / (2 * NATS)))


def surprisals(facts: Facts, rarity: Float, names: tuple[str, ...]) -> Float:
    """Each named typology's rarest fired rule, as its negative log share of payments; shape (n, typologies).

    The columns are those the detectors learned from: a typology that came into force since has none, one that went
    out of force is 0.
    """
    worth = facts.fired() * rarity
    typologies = np.array([rule.typology for rule in facts.rules])
    return np.column_stack([worth[:, typologies == name].max(axis=1, initial=0.0) for name in names])


def _typologies(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code.partition(".")[0] for code in codes))
