"""Everything that is said of payments before anyone judges: feature values and rule outcomes."""

from __future__ import annotations

from dataclasses import dataclass

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
    """`values` float32 (n, features) with NaN null; `outcomes` int8 (n, rules), see `Outcome`."""

    features: tuple[Feature, ...]
    rules: tuple[Rule, ...]
    values: NDArray[np.float32]
    outcomes: NDArray[np.int8]

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
    outcomes = np.empty((view.n, len(rules)), dtype=np.int8)
    for k, rule in enumerate(rules):
        outcomes[:, k] = rule.evaluate(view, policy.settings)
    values = np.empty((view.n, len(features)), dtype=np.float32)
    for k, feature in enumerate(features):
        values[:, k] = feature.of(view)
    return Facts(features, rules, values, outcomes)


def switched_off(view: View) -> dict[str, tuple[str, ...]]:
    """Rules that cannot run here, with the tables or columns that were not shared."""
    return {rule.code: missing for rule in all_rules() if (missing := rule.off(view))}
