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
from numba import njit
from numpy.typing import NDArray

from models.detectors._ensemble import Ensemble
from models.detectors._peers import PeerGroups
from models.rules._rule import Outcome, Rule
from models.scoring.bundle import Bundle
from models.scoring.facts import Facts

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Arrays = dict[str, NDArray[Any]]
PREFIX = "anomaly/"
NATS = 10.0
"""Scale of the score: 10 nats (one in 22,000) is 0.63."""

FIRED = int(Outcome.FIRED)
KEPT = 8
"""Models whose detectors are kept ready."""

MOST_KNOWN = 4096
"""Different payments whose oddness is remembered; a county has some dozens."""

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
    ready = _ready(facts.rules, bundle)
    if ready is None:
        return np.zeros(len(facts.values))
    seen = _seen(facts.outcomes, ready.rarity, ready.starts, ready.members)
    # Few payments have any signal: the others of a peer group are all alike, and one of them is enough.
    signal = np.nonzero(seen.any(axis=1))[0]
    out = np.empty(len(seen))
    groups, inverse = np.unique(facts.peers, return_inverse=True)
    out[:] = np.array([ready.nothing(str(name)) for name in groups])[inverse] if len(groups) else 0.0
    if len(signal):
        out[signal] = ready.detectors.surprisal(seen[signal], facts.peers[signal])
    return _scaled(out, seen)


def score_few(facts: Facts, bundle: Bundle) -> Float:
    """`score` for a few payments: what was seen of one before is looked up."""
    ready = _ready(facts.rules, bundle)
    if ready is None:
        return np.zeros(len(facts.values))
    seen = _seen(facts.outcomes, ready.rarity, ready.starts, ready.members)
    return _scaled(np.array([ready.one(seen[i], str(name)) for i, name in enumerate(facts.peers)]), seen)


def surprisals(facts: Facts, rarity: Float, names: tuple[str, ...]) -> Float:
    """Each named typology's rarest fired rule, as its negative log share of payments; shape (n, typologies).

    The columns are those the detectors learned from: a typology that came into force since has none, one that went
    out of force is 0.
    """
    return np.asarray(_seen(facts.outcomes, rarity, *_members(facts.rules, names)))


class _Ready:
    """The detectors of a bundle, and its rarities in the order of the rules in force."""

    def __init__(self, rules: tuple[Rule, ...], bundle: Bundle) -> None:
        self.rules, self.bundle = rules, bundle
        known = dict(zip(bundle.rule_codes, bundle.arrays["rule_rarity"].tolist(), strict=True))
        self.rarity = np.array([known.get(rule.code, 0.0) for rule in rules])
        kept = {key.removeprefix(PREFIX): value for key, value in bundle.arrays.items() if key.startswith(PREFIX)}
        self.detectors = PeerGroups.from_arrays(kept, RareSignals)
        names = tuple(bundle.arrays["typologies"].tolist()) if "typologies" in bundle.arrays else _typologies(known)
        self.starts, self.members = _members(rules, names)
        self._known: dict[tuple[str, bytes], float] = {}

    def nothing(self, name: str) -> float:
        """Surprisal of a payment of a peer group without any signal."""
        return self.one(np.zeros(len(self.starts) - 1), name)

    def one(self, seen: Float, name: str) -> float:
        """Surprisal of one payment of a peer group; equal payments are asked about once."""
        key = (name, seen.tobytes())
        if key not in self._known:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[key] = float(self.detectors.surprisal(seen[None, :], np.array([name]))[0])
        return self._known[key]


_kept: dict[tuple[int, int], _Ready] = {}


def _ready(rules: tuple[Rule, ...], bundle: Bundle) -> _Ready | None:
    """The bundle's detectors, read once for the same two objects; None where it holds no reference."""
    if "rule_rarity" not in bundle.arrays:
        return None
    key = (id(rules), id(bundle))
    found = _kept.get(key)
    if found is None:
        found = _Ready(rules, bundle)
        while len(_kept) >= KEPT:
            _kept.pop(next(iter(_kept)))
        # It holds both objects, so that no other can have their ids meanwhile.
        _kept[key] = found
    return found


def _scaled(surprisal: Float, seen: Float) -> Float:
    return np.asarray(-np.expm1(-(surprisal + seen.sum(axis=1)) / (2 * NATS)))


def _members(rules: tuple[Rule, ...], names: tuple[str, ...]) -> tuple[Int, Int]:
    """Places of each named typology's rules: starts (typologies + 1,) into the places."""
    groups = [[k for k, rule in enumerate(rules) if rule.typology == name] for name in names]
    starts = np.concatenate(([0], np.cumsum([len(g) for g in groups]))).astype(np.int64)
    return starts, np.array([k for g in groups for k in g], dtype=np.int64)


@njit(cache=True, nogil=True)
def _seen(outcomes: NDArray[np.int8], rarity: Float, starts: Int, members: Int) -> Float:
    """The rarest fired rule of each typology, 0 where none fired; shape (n, typologies)."""
    out = np.zeros((outcomes.shape[0], starts.shape[0] - 1))
    for g in range(starts.shape[0] - 1):
        for j in range(starts[g], starts[g + 1]):
            k = members[j]
            for i in range(outcomes.shape[0]):
                if outcomes[i, k] == FIRED and rarity[k] > out[i, g]:
                    out[i, g] = rarity[k]
    return out


def _typologies(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code.partition(".")[0] for code in codes))
