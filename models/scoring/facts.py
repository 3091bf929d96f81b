"""Everything that is said of payments before anyone judges: feature values and rule outcomes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features._feature import Feature
from features.asof import Ledger, View
from features.catalogue import all_features
from features.contract import DERIVED
from models.rules._rule import Outcome, Rule
from models.rules.catalogue import all_rules
from models.scoring._workers import beforehand, in_place, shared_array
from models.scoring.policy import Policy

CHUNK = 32_768
"""Payments looked at together: more would leave the processor's own memory, fewer would pay each feature's call."""


@dataclass(frozen=True, slots=True)
class Facts:
    """`values` float32 (n, features) with NaN null; `outcomes` int8 (n, rules), see `Outcome`.

    `peers` (n,) names the kind of program a payment belongs to (`person/monthly`): what is odd is odd among those.
    """

    features: tuple[Feature, ...]
    rules: tuple[Rule, ...]
    values: NDArray[np.float32]
    outcomes: NDArray[np.int8]
    peers: NDArray[np.str_]

    def part(self, rows: NDArray[np.integer[Any]] | NDArray[np.bool_]) -> Facts:
        """The facts of some of the payments."""
        return Facts(self.features, self.rules, self.values[rows], self.outcomes[rows], self.peers[rows])

    def without(self, codes: Collection[str]) -> Facts:
        """The same facts with some rules off: they say nothing of any payment."""
        off = np.array([rule.code in codes for rule in self.rules], dtype=bool)
        if not off.any():
            return self
        outcomes = self.outcomes.copy(order="K")
        outcomes[:, off] = Outcome.OFF
        return Facts(self.features, self.rules, self.values, outcomes, self.peers)

    def fired(self) -> NDArray[np.bool_]:
        """Where a rule fired and no look-alike explained it; shape (n, rules)."""
        return np.asarray(self.outcomes == Outcome.FIRED)

    def explained(self) -> NDArray[np.bool_]:
        """Where a rule's condition held and a look-alike explained it; shape (n, rules)."""
        return np.asarray(self.outcomes == Outcome.EXPLAINED)


@cache
def model_features() -> tuple[Feature, ...]:
    """The features a trained model may read, in catalogue order."""
    return tuple(f for f in all_features() if f.model)


def facts_of(view: View, policy: Policy, resting: Collection[str] = ()) -> Facts:
    """Values and outcomes for every query of the view; rules whose codes are `resting` do not run and are off."""
    features, rules = model_features(), all_rules()
    # Column by column, as they are made and as they are judged.
    outcomes = np.empty((view.n, len(rules)), dtype=np.int8, order="F")
    for k, rule in enumerate(rules):
        outcomes[:, k] = Outcome.OFF if rule.code in resting else rule.evaluate(view, policy.settings)
    values = np.empty((view.n, len(features)), dtype=np.float32, order="F")
    for k, feature in enumerate(features):
        values[:, k] = feature.of(view)
    return Facts(features, rules, values, outcomes, _peers(view))


def gather(
    ledger: Ledger,
    rows: NDArray[np.int64],
    policy: Policy,
    progress: Callable[[float], None] | None = None,
    *,
    at_us: NDArray[np.int64] | None = None,
    workers: int = 1,
) -> Facts:
    """Facts of many disbursement rows, each as of its own submission or as of `at_us` (n,), by several processes.

    Chunks and workers change no number: a payment's facts depend on it, its moment and what was on record then.
    """
    at = ledger.tables["disbursements"].known_at[rows] if at_us is None else at_us
    features, rules = model_features(), all_rules()
    values = shared_array((len(rows), len(features)), np.float32)
    outcomes = shared_array((len(rows), len(rules)), np.int8)
    peers = shared_array((len(rows),), peer_words(ledger).dtype)
    parts = [slice(start, min(start + CHUNK, len(rows))) for start in range(0, len(rows), CHUNK)]

    def write(part: slice) -> None:
        found = facts_of(View(ledger, at[part], rows[part]), policy)
        values[part], outcomes[part], peers[part] = found.values, found.outcomes, found.peers

    def warm_up() -> None:
        view = View(ledger, at[:1], rows[:1])
        if ledger.cache.cold:
            encode = [partial(ledger.vocabulary, entity) for entity in ledger.entities]
            beforehand([*encode, *(partial(feature.of, view) for feature in features)], workers)
        facts_of(view, policy)

    for part in in_place(write, parts, workers, warm_up):
        if progress:
            progress(part.stop / len(rows))
    return Facts(features, rules, values, outcomes, peers)


def joined(parts: Sequence[Facts]) -> Facts:
    """Facts of several chunks as one."""
    return Facts(
        parts[0].features,
        parts[0].rules,
        np.concatenate([p.values for p in parts]),
        np.concatenate([p.outcomes for p in parts]),
        np.concatenate([p.peers for p in parts]),
    )


def _peers(view: View) -> NDArray[np.str_]:
    """Whom the program pays and how often, as one word a payment; `unknown` where the catalogue lacks the program."""
    return peer_words(view.ledger)[peer_places(view)]


def peer_places(view: View) -> NDArray[np.int64]:
    """Place of each payment's word among `peer_words`; shape (n,)."""
    schema = view.ledger.tables["programs"].schema
    payees, times = (len(schema.column(name).values) for name in ("paid_per", "frequency"))
    payee = view.lookup("programs", "paid_per", "program_id").astype(np.int64)
    often = view.lookup("programs", "frequency", "program_id").astype(np.int64)
    often = np.where(often < 0, times, often)
    found: NDArray[np.int64] = np.where(payee < 0, payees * (times + 1), payee * (times + 1) + often)
    return found


def peer_words(ledger: Ledger) -> NDArray[np.str_]:
    """Every kind of program as one word, `person/monthly`; the last is `unknown`."""
    schema = ledger.tables["programs"].schema
    payees, times = schema.column("paid_per").values, schema.column("frequency").values
    return np.array([*(f"{a}/{b}" for a in payees for b in (*times, "unknown")), "unknown"])


def why_off(missing: Sequence[str]) -> str:
    """Why a rule is off, from the tables or columns it lacks: not shared by anybody, or not made yet by a command."""
    made = [need for need in missing if need.partition(".")[0] in DERIVED]
    lacking = [need for need in missing if need not in made]
    told = [f"not shared: {', '.join(lacking)}"] if lacking else []
    return "; ".join([*told, *(["no lists were matched yet (`mingbai match`)"] if made else [])])


def switched_off(view: View) -> dict[str, tuple[str, ...]]:
    """Rules that cannot run here, with the tables or columns that were not shared."""
    return {rule.code: missing for rule in all_rules() if (missing := rule.off(view))}
