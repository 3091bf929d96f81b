"""Everything that is said of payments before anyone judges: feature values and rule outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features._feature import Feature
from features.asof import View
from features.catalogue import all_features
from models.rules._rule import Outcome, Rule
from models.rules.catalogue import all_rules
from models.scoring.policy import Policy


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

    def fired(self) -> NDArray[np.bool_]:
        """Where a rule fired and no look-alike explained it; shape (n, rules)."""
        return np.asarray(self.outcomes == Outcome.FIRED)

    def explained(self) -> NDArray[np.bool_]:
        """Where a rule's condition held and a look-alike explained it; shape (n, rules)."""
        return np.asarray(self.outcomes == Outcome.EXPLAINED)


def model_features() -> tuple[Feature, ...]:
    """The features a trained model may read, in catalogue order."""
    return tuple(f for f in all_features() if f.model)


def facts_of(view: View, policy: Policy) -> Facts:
    """Values and outcomes for every query of the view."""
    features, rules = model_features(), all_rules()
    # Column by column, as they are made and as they are judged.
    outcomes = np.empty((view.n, len(rules)), dtype=np.int8, order="F")
    for k, rule in enumerate(rules):
        outcomes[:, k] = rule.evaluate(view, policy.settings)
    values = np.empty((view.n, len(features)), dtype=np.float32, order="F")
    for k, feature in enumerate(features):
        values[:, k] = feature.of(view)
    return Facts(features, rules, values, outcomes, _peers(view))


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
    schema = view.ledger.tables["programs"].schema
    payees, times = schema.column("paid_per").values, schema.column("frequency").values
    words = np.array([*(f"{a}/{b}" for a in payees for b in (*times, "unknown")), "unknown"])
    payee = np.asarray(view.lookup("programs", "paid_per", "program_id"), dtype=np.int64)
    often = np.asarray(view.lookup("programs", "frequency", "program_id"), dtype=np.int64)
    often = np.where(often < 0, len(times), often)
    return words[np.where(payee < 0, len(words) - 1, payee * (len(times) + 1) + often)]


def switched_off(view: View) -> dict[str, tuple[str, ...]]:
    """Rules that cannot run here, with the tables or columns that were not shared."""
    return {rule.code: missing for rule in all_rules() if (missing := rule.off(view))}
