"""What rules are worth in a county, from how often they fire there and what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.rules._rule import Rule
from models.scoring.policy import Policy
from models.training import rule_weights
from models.training.labels import Labels
from models.training.rule_weights import RatePrior
from models.training.selective import base_rate

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Worth:
    """Expected precision, weight (log-odds over the base rate) and whether it is muted, of each rule; (rules,) each.

    `base` is the share of irregular payments the weights stand on.
    """

    precision: Float
    weight: Float
    muted: Bool
    base: float


def worth(
    rules: Sequence[Rule],
    fired: Bool,
    labels: Labels,
    policy: Policy,
    rates: Mapping[str, RatePrior] | None = None,
) -> Worth:
    """Weigh rules from how they fire, `fired` (n, rules), and the findings of the same payments; `rates` as shipped."""
    known = rule_weights.shipped_priors() if rates is None else rates
    precision = rule_weights.precisions(rules, fired, labels.outcome, known)
    base = base_rate(labels, policy["learning.base_rate"], rule_weights.WRONG_FINDINGS)
    weight, muted = rule_weights.weights(precision, base, policy["learning.mute_below"])
    return Worth(np.asarray(precision), weight, muted, base)
